package io.ticktock.rehearsal;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.blob.BlobConfiguration;
import io.ticktock.blob.BlobVerticle;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Delivery;
import io.ticktock.bus.Shard;
import io.ticktock.control.ControlConfiguration;
import io.ticktock.control.ControlVerticle;
import io.ticktock.executor.Executor;
import io.ticktock.executor.ExecutorVerticle;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.guardrail.GuardrailConfiguration;
import io.ticktock.guardrail.GuardrailVerticle;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.ListDueRequest;
import io.ticktock.proto.v1.ListDueResponse;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.ticktock.sdk.PlanType;
import io.ticktock.sdk.TaskType;
import io.ticktock.sdk.Value;
import io.ticktock.state.StateVerticle;
import io.ticktock.testkit.InMemoryBlobStore;
import io.ticktock.testkit.InMemoryStateStore;
import io.ticktock.testkit.SetClock;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * A whole system in the process of a test, without a database: graphs run in it with the handlers that the test gives,
 * and time passes when the test says so. Waits for what it asks, 30 s at most each time.
 */
public final class Rehearsal implements AutoCloseable {

    static final String TENANT = "default";

    private static final Duration SHORTEST_SWEEP = Duration.ofMillis(50);
    private static final Duration LONGEST_LEASE = Duration.ofMinutes(5);
    private static final int MOST_RESIDENT = 10_000;
    private static final int MOST_IN_FLIGHT = 1_000;
    private static final int MOST_CONTENT_BYTES = 1 << 20;

    private final SetClock clock = new SetClock();
    private final InMemoryStateStore store = InMemoryStateStore.leaping(clock);
    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx, Delivery.DIRECT);
    private final Executor executor;
    private final Deque<String> deployed = new ArrayDeque<>();
    private long started;

    Rehearsal(List<TaskType> tasks, List<PlanType> plans, Optional<Path> policies) {
        this.executor = new Executor(vertx, bus, "rehearsal", clock, tasks, plans);
        // A lifetime that waits for time to pass leaves memory at once, so that only the store's timer counts.
        ControlConfiguration control = ControlConfiguration.of(
                "rehearsal", LONGEST_LEASE, MOST_RESIDENT, MOST_IN_FLIGHT, SHORTEST_SWEEP, Duration.ZERO);
        GuardrailConfiguration guardrail =
                new GuardrailConfiguration(policies, Duration.ofSeconds(1), Duration.ofSeconds(1), MOST_CONTENT_BYTES);
        deploy(new StateVerticle(bus, any -> Future.succeededFuture(store)));
        deploy(new BlobVerticle(
                bus,
                BlobConfiguration.defaults(Path.of("nowhere")),
                new InMemoryBlobStore(clock),
                clock,
                new SimpleMeterRegistry()));
        deploy(new GuardrailVerticle(bus, guardrail, new SimpleMeterRegistry()));
        deploy(new ExecutorVerticle(bus, executor));
        deploy(new ControlVerticle(bus, control, clock, new SimpleMeterRegistry()));
    }

    /** What a rehearsal is made of, until it begins. */
    public static RehearsalBuilder with() {
        return new RehearsalBuilder();
    }

    /** Reads a graph, as a file of it would say, and makes it known. Throws with a line for each fault. */
    public Rehearsal register(String graph) {
        return register(GraphParser.parse("graph.yaml", graph.getBytes(StandardCharsets.UTF_8), TENANT));
    }

    /** Reads a graph's file and makes it known. Throws with a line for each fault. */
    public Rehearsal register(Path file) throws IOException {
        return register(GraphParser.parse(file.toString(), Files.readAllBytes(file), TENANT));
    }

    private Rehearsal register(AgentGraph graph) {
        Waiting.result(bus.request(
                Addresses.STATE_REGISTER_GRAPH,
                RegisterGraphRequest.newBuilder()
                        .setGraph(GraphReference.newBuilder()
                                .setTenantId(TENANT)
                                .setName(graph.name())
                                .setVersion(graph.version())
                                .setDigest(graph.digest()))
                        .setCanonical(ByteString.copyFromUtf8(graph.canonical()))
                        .build()));
        return this;
    }

    /**
     * Starts a lifetime.
     *
     * @param graph its name; the highest version that is known
     * @param input a tree of Map, List, String, numbers, Boolean and null
     */
    public RehearsedLifetime start(String graph, Object input) {
        String id = nextLifetimeId();
        Payload payload = Value.json(input).payload();
        StartLifetimeRequest request = StartLifetimeRequest.newBuilder()
                .setTenantId(TENANT)
                .setLifetimeId(id)
                .setGraphName(graph)
                .setInput(payload)
                .build();
        Waiting.result(Waiting.repeated(vertx, () -> bus.request(Addresses.CONTROL_START.at(Shard.of(id)), request)));
        return new RehearsedLifetime(this, bus, id);
    }

    /** Lets this much time pass at once: for what waits, for what is to be tried again, and for handlers that run. */
    public void advance(Duration time) {
        clock.advance(time);
        executor.age(time);
    }

    /** What time it is in the rehearsal. */
    public Instant now() {
        return clock.instant();
    }

    /** Goes on to when something is next due; false when nothing is. What is due already needs no more than patience. */
    boolean advanceToNextDue() {
        ListDueResponse due = Waiting.result(store.listDue(ListDueRequest.newBuilder()
                .addAllShards(IntStream.range(0, Shard.COUNT).boxed().toList())
                .build()));
        if (due.getLifetimesCount() > 0) {
            return true;
        }
        if (!due.hasNextDueAt()) {
            return false;
        }
        Instant next = Instant.ofEpochSecond(
                due.getNextDueAt().getSeconds(), due.getNextDueAt().getNanos());
        Duration until = Duration.between(clock.instant(), next);
        if (!until.isNegative()) {
            advance(until);
        }
        return true;
    }

    private synchronized String nextLifetimeId() {
        long high = (clock.millis() << 16) | 0x7000L;
        return new UUID(high, 0x8000000000000000L | ++started).toString();
    }

    private void deploy(VerticleBase verticle) {
        deployed.push(Waiting.result(vertx.deployVerticle(verticle)));
    }

    @Override
    public void close() {
        // What asks ends before what it asks.
        Future<Void> stopped = Future.succeededFuture();
        while (!deployed.isEmpty()) {
            String next = deployed.pop();
            stopped = stopped.eventually(() -> vertx.undeploy(next));
        }
        Waiting.result(stopped.eventually(vertx::close));
    }
}
