package io.ticktock.bus;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Places of the event bus whose services this process has itself and asks of nobody else. For any thread. */
final class NearPlaces {

    /** How often something is served at each. */
    private final Map<String, Integer> served = new ConcurrentHashMap<>();

    void add(String place) {
        served.merge(place, 1, Integer::sum);
    }

    /** Many are served for a short time only, such as those of one upload each. */
    void end(String place) {
        served.computeIfPresent(place, (same, times) -> times == 1 ? null : times - 1);
    }

    /** Nobody serves there any more, though nobody said so: what ends with its verticle does not. */
    void forget(String place) {
        served.remove(place);
    }

    boolean has(String place) {
        return served.containsKey(place);
    }
}
