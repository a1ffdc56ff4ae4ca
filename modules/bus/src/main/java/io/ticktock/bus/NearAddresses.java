package io.ticktock.bus;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Names of what this process serves and asks of nobody else. For any thread. */
final class NearAddresses {

    /** How often each is served here. */
    private final Map<String, Integer> served = new ConcurrentHashMap<>();

    void add(String name) {
        served.merge(name, 1, Integer::sum);
    }

    /** Many are served for a short time only, such as those of one upload each. */
    void end(String name) {
        served.computeIfPresent(name, (same, times) -> times == 1 ? null : times - 1);
    }

    /** Nobody here serves it any more, though nobody said so: what ends with its verticle does not. */
    void forget(String name) {
        served.remove(name);
    }

    boolean has(String name) {
        return served.containsKey(name);
    }
}
