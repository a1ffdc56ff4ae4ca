package io.ticktock.sdk.worker;

import io.ticktock.sdk.TaskHandler;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What a worker was told before its start.
 *
 * @param credential gives the API key or token for each new connection; an empty text sends none
 * @param trusted certificates in PEM that the server's must be signed by; empty means those that Java trusts
 * @param workerId the same for as long as the process lives
 * @param handlers by type
 * @param capacity how many attempts it has in hand at most
 * @param threads for handlers that block
 */
record WorkerSettings(
        ServerAddress server,
        Supplier<String> credential,
        Optional<Path> trusted,
        String workerId,
        Map<String, TaskHandler> handlers,
        int capacity,
        int threads,
        Timing timing) {

    static final int MOST_CAPACITY = 10_000;
    static final int MOST_THREADS = 10_000;
    static final int MOST_TYPES = 100;

    private static final Pattern WORKER_ID = Pattern.compile("[A-Za-z0-9_.:-]{1,128}");

    WorkerSettings {
        handlers = Map.copyOf(handlers);
        require(
                WORKER_ID.matcher(workerId).matches(),
                "the id of a worker has 1 to 128 letters, digits, '-', '_', '.' or ':', unlike '" + workerId + "'");
        require(
                !handlers.isEmpty() && handlers.size() <= MOST_TYPES,
                "a worker has handlers for 1 to " + MOST_TYPES + " types of Tasks, not " + handlers.size());
        handlers.keySet()
                .forEach(type -> require(
                        type.indexOf('.') > 0,
                        "the type '" + type + "' needs a dot in its name, such as acme.search; names without one are"
                                + " built in"));
        require(
                capacity >= 1 && capacity <= MOST_CAPACITY,
                "the capacity of a worker is 1 to " + MOST_CAPACITY + ", not " + capacity);
        require(
                threads >= 1 && threads <= MOST_THREADS,
                "a worker has 1 to " + MOST_THREADS + " threads, not " + threads);
        require(
                trusted.isEmpty() || server.tls(),
                "certificates are for addresses that begin with https://, unlike " + server);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
