package io.ticktock.bus;

import io.ticktock.bus.trace.TraceParent;
import io.ticktock.proto.v1.RequestParcel;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests that travel together; none of them asks for further answers to those that came before.
 *
 * @param address name of the one that all are for
 */
record Requests(String address, List<Letter> letters) {

    static final Requests FOR_MORE_ANSWERS = new Requests("", List.of());

    RequestParcel toProto() {
        RequestParcel.Builder parcel = RequestParcel.newBuilder().setAddress(address);
        letters.forEach(letter -> parcel.addRequests(letter.bytes()));
        if (letters.stream().anyMatch(letter -> letter.trace() != null)) {
            letters.forEach(letter -> parcel.addTraceParents(traceParent(letter)));
        }
        return parcel.build();
    }

    static Requests of(RequestParcel parcel) {
        List<Letter> letters = new ArrayList<>(parcel.getRequestsCount());
        for (int i = 0; i < parcel.getRequestsCount(); i++) {
            letters.add(Letter.sealed(
                    parcel.getRequests(i),
                    i < parcel.getTraceParentsCount() ? TraceParent.read(parcel.getTraceParents(i)) : null));
        }
        return new Requests(parcel.getAddress(), List.copyOf(letters));
    }

    private static String traceParent(Letter letter) {
        return letter.trace() == null ? "" : TraceParent.write(letter.trace());
    }
}
