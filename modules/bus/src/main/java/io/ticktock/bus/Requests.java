package io.ticktock.bus;

import io.ticktock.proto.v1.RequestParcel;
import java.util.List;

/** Requests that travel together; none of them asks for further answers to those that came before. */
record Requests(List<Letter> letters) {

    static final Requests FOR_MORE_ANSWERS = new Requests(List.of());

    RequestParcel toProto() {
        RequestParcel.Builder parcel = RequestParcel.newBuilder();
        letters.forEach(letter -> parcel.addRequests(letter.bytes()));
        return parcel.build();
    }

    static Requests of(RequestParcel parcel) {
        return new Requests(
                parcel.getRequestsList().stream().map(Letter::sealed).toList());
    }
}
