package io.ticktock.bus;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is served together at one destination, each kind by its name. */
final class Services {

    private static final Logger LOG = LoggerFactory.getLogger(Services.class);

    private final String destination;
    private final Map<String, Service<?, ?>> byName = new HashMap<>();

    /** Throws an IllegalArgumentException where there is none, where destinations differ, or where one comes twice. */
    Services(List<Service<?, ?>> services) {
        List<String> destinations = services.stream()
                .map(service -> service.address().destination())
                .distinct()
                .toList();
        if (destinations.size() != 1) {
            throw new IllegalArgumentException(
                    "what is served together must have one destination, not " + destinations);
        }
        destination = destinations.get(0);
        for (Service<?, ?> service : services) {
            if (byName.put(service.address().name(), service) != null) {
                throw new IllegalArgumentException(service.address().name() + " is served twice");
            }
        }
    }

    String destination() {
        return destination;
    }

    /** Fails as UNAVAILABLE when none has this name: who asks may be of a later release, and others may know it. */
    Future<Message> answer(String name, Letter letter) {
        Service<?, ?> service = byName.get(name);
        if (service == null) {
            LOG.warn("{} is asked at {}, which does not serve it", name, destination);
            return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "no answer: nobody serves " + name));
        }
        return service.answer(letter);
    }
}
