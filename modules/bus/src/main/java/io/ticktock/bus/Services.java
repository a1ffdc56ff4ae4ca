package io.ticktock.bus;

import com.google.protobuf.Message;
import io.ticktock.bus.trace.Tracing;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What is served together at one place of the event bus, each kind by its name. */
final class Services {

    private final String place;
    private final Map<String, Service<?, ?>> byName;

    /** Fails with an IllegalArgumentException where there is none, or where they are of different places. */
    Services(List<Service<?, ?>> services) {
        List<String> places = services.stream()
                .map(service -> service.address().place())
                .distinct()
                .toList();
        if (places.size() != 1) {
            throw new IllegalArgumentException("what is served together must be at one place, not at " + places);
        }
        place = places.get(0);
        byName = services.stream()
                .collect(Collectors.toUnmodifiableMap(
                        service -> service.address().name(), Function.identity()));
    }

    String place() {
        return place;
    }

    /** @param address its name */
    Future<Message> answer(String address, Letter letter) {
        Service<?, ?> service = byName.get(address);
        if (service == null) {
            return Future.failedFuture(new IllegalStateException(address + " is not served at " + place));
        }
        return letter.trace() == null
                ? service.answer(letter)
                : Tracing.within(letter.trace(), () -> service.answer(letter));
    }
}
