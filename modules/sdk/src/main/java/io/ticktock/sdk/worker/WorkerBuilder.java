package io.ticktock.sdk.worker;

import io.ticktock.sdk.TaskHandler;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** What a worker is to do, until it is started. */
public final class WorkerBuilder {

    private static final int CAPACITY = 64;
    private static final int MOST_THREADS_UNASKED = 256;

    private final ServerAddress server;
    private final Map<String, TaskHandler> handlers = new HashMap<>();
    private Supplier<String> credential = () -> "";
    private Optional<Path> trusted = Optional.empty();
    private String workerId = "java-" + UUID.randomUUID();
    private int capacity = CAPACITY;
    private Optional<Integer> threads = Optional.empty();
    private Timing timing = Timing.STANDARD;

    WorkerBuilder(ServerAddress server) {
        this.server = server;
    }

    /** The key to send; that of a tenant, with the role {@code worker}. */
    public WorkerBuilder apiKey(String key) {
        return credential(() -> key);
    }

    /** As {@link #apiKey}, asked for anew at each connection, for what is replaced from time to time. */
    public WorkerBuilder credential(Supplier<String> token) {
        this.credential = token;
        return this;
    }

    /** Certificates in PEM by which an https address is trusted, instead of those that Java trusts. */
    public WorkerBuilder tls(Path trustedCertificates) {
        this.trusted = Optional.of(trustedCertificates);
        return this;
    }

    /** Names this process to the server; no other one may have the name at the same time. A random one if not given. */
    public WorkerBuilder workerId(String id) {
        this.workerId = id;
        return this;
    }

    /** What runs the Tasks of a type, such as {@code acme.search}. */
    public WorkerBuilder task(String type, TaskHandler handler) {
        if (handlers.putIfAbsent(type, handler) != null) {
            throw new IllegalArgumentException("the type " + type + " has a handler already");
        }
        return this;
    }

    /** How many attempts it takes in hand at once, 1 to 10,000; 64 if not given. */
    public WorkerBuilder capacity(int attempts) {
        this.capacity = attempts;
        return this;
    }

    /** How many handlers may block at once; as many as its capacity if not given, but not more than 256. */
    public WorkerBuilder threads(int count) {
        this.threads = Optional.of(count);
        return this;
    }

    WorkerBuilder timing(Timing patience) {
        this.timing = patience;
        return this;
    }

    /**
     * Starts it. It connects by itself, now and whenever the connection is lost. Throws IllegalArgumentException when
     * something of the above is not as it must be.
     */
    public Worker start() {
        WorkerSettings settings = new WorkerSettings(
                server,
                credential,
                trusted,
                workerId,
                handlers,
                capacity,
                threads.orElse(Math.min(capacity, MOST_THREADS_UNASKED)),
                timing);
        return new Worker(settings);
    }
}
