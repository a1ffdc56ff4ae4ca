package io.ticktock.bus;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Destinations that this process serves itself and sends to nobody else. For any thread. */
final class NearDestinations {

    /** How often something is served at each. */
    private final Map<String, Integer> served = new ConcurrentHashMap<>();

    void add(String destination) {
        served.merge(destination, 1, Integer::sum);
    }

    /** Many are served for a short time only, such as those of one upload each. */
    void end(String destination) {
        served.computeIfPresent(destination, (same, times) -> times == 1 ? null : times - 1);
    }

    /** Nobody serves there any more, though nobody said so: what ends with its verticle does not. */
    void forget(String destination) {
        served.remove(destination);
    }

    boolean has(String destination) {
        return served.containsKey(destination);
    }
}
