package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.control.LifetimeState;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.launcher.crash.StoredRows;
import io.ticktock.launcher.faults.AlteredClass;
import io.ticktock.launcher.faults.Network;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.PauseCommand;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.sdk.Json;
import io.ticktock.state.EmbeddedPostgres;
import io.ticktock.testkit.Awaiting;
import io.ticktock.testkit.HistoryChecker;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Of two processes that decide, one is stopped (SIGSTOP) while a decision of its is between the look at the fence and the
 * commit, and wakes when the other one would have taken over: nothing of the old epoch may be committed once it has. The
 * same with the fence row not locked, in a store altered for that, must show such a commit: else the test shows nothing.
 *
 * <p>A trigger of the test's, in the test's database, holds the decision where it is, so that nothing depends on timing.
 */
class FenceIT {

    private static final String TENANT = "fence";
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long HOLD = 5_610_377;
    private static final int STATE = 2;
    private static final int SHARE = Shard.fairShare(2);
    private static final AgentGraph QUESTION = question();

    /** What the one that is stopped had under way, and what came of it. */
    private enum Outcome {
        /** The takeover waited for the decision, so that who takes over sees it. */
        TAKEOVER_WAITED,
        /** It was committed after another process had taken over. */
        STALE_COMMIT
    }

    @TempDir
    private Path folder;

    private EmbeddedPostgres postgres;
    private SplitSystem system;
    private StoredRows rows;
    private Client client;
    private GraphReference graph;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        postgres = EmbeddedPostgres.start(folder.resolve("database"));
        system = new SplitSystem(
                folder,
                new Network.Loopback(),
                List.of("control,guardrail,executor", "control,guardrail,executor", "state,blob"),
                postgres.address(),
                member -> List.of(
                        // Longer than anybody is stopped, so that the cluster need not find itself again.
                        "cluster.silence=20s",
                        "control.lease=" + LEASE.toMillis() + "ms",
                        // The decision is held for longer than usual, and must not end by itself.
                        "state.timeout_ms=40000",
                        "state.patience_ms=40000"));
        for (int member = 0; member < system.size(); member++) {
            system.start(member, List.of());
        }
        system.join();
        rows = new StoredRows(system.vertx(), postgres.address());
        for (int member = 0; member < system.size(); member++) {
            system.process(member).awaitReady();
        }
        client = system.client(TENANT);
        graph = client.register(QUESTION);
    }

    private static AgentGraph question() {
        try (InputStream content = FenceIT.class.getResourceAsStream("parked/question.yaml")) {
            return GraphParser.parse("question.yaml", content.readAllBytes(), TENANT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void stop() {
        system.close();
        postgres.close();
    }

    @Test
    void whoWakesAfterATakeoverWritesNothingAndWithoutTheLockItWould() throws IOException, InterruptedException {
        assertEquals(Outcome.TAKEOVER_WAITED, stopAmidADecision());
        assertEquals(List.of(), new HistoryChecker(FenceIT::fold).check(rows.history(), 1));

        JarProcess.Result stopped = system.process(STATE).terminate();
        assertEquals(0, stopped.exitCode(), stopped::toString);
        system.start(STATE, List.of(withoutTheLock()));
        system.process(STATE).awaitReady();

        assertEquals(Outcome.STALE_COMMIT, stopAmidADecision());
    }

    private static AgentLifetime fold(List<LifetimeEvent> events) {
        LifetimeEvent first = events.get(0);
        LifetimeState state = new LifetimeState(first.getTenantId(), first.getLifetimeId(), QUESTION);
        events.forEach(state::apply);
        return state.head();
    }

    /** A store whose decisions look at the fence and do not lock it. */
    private Path withoutTheLock() throws IOException {
        Path altered = folder.resolve("altered");
        Path jar = Path.of(System.getProperty("ticktock.jar"));
        AlteredClass.of(jar, "io.ticktock.state.DecisionRepository")
                .texts(text -> text.replace(" FOR SHARE", ""))
                .write(altered);
        return altered;
    }

    private Outcome stopAmidADecision() throws IOException, InterruptedException {
        await("both have their share", this::isShared);
        LifetimeId id = new LifetimeId(SplitSystem.idIn(new Shard((int) number("min(shard)", 0))));
        await("it is started", () -> isStarted(id));
        await("it waits for a person", () -> count("human_tasks WHERE lifetime_id = '" + id + "'") == 1);
        PgConnection held = holdDecisionsOf(id);
        try {
            awaitDecision(id);
            // On a busy machine its shard may have changed hands since.
            int decider = owns(0, id) ? 0 : 1;
            long epoch = epoch(decider);
            system.process(decider).standStill();
            Outcome outcome = awaitTakeover(decider);
            long before = decided(id, epoch);
            Awaiting.result(
                    held.query("SELECT pg_advisory_unlock(" + HOLD + ")").execute());
            // In time, or too late: it is not lost by being held.
            await("the decision is committed", () -> decided(id, epoch) == before + 1);
            wake(decider, epoch);
            return outcome;
        } finally {
            Awaiting.result(held.close());
            rows.execute("DROP TRIGGER hold_decision ON ticktock.lifetime_events;"
                    + " DROP FUNCTION ticktock.hold_decision()");
        }
    }

    /** As any client does, it is to ask again while shards change hands. */
    private boolean isStarted(LifetimeId id) {
        Payload input =
                Payload.newBuilder().setInline(Json.write(Map.of("number", 1))).build();
        try {
            client.start(id, graph, input);
            return true;
        } catch (Failure failure) {
            if (failure.code() == FailureCode.UNAVAILABLE) {
                return false;
            }
            throw failure;
        }
    }

    /** Not just by what was written before the store was started again. */
    private boolean isShared() {
        return count("shard_owners WHERE lease_until > now()") == 2 && shards(0) == SHARE && shards(1) == SHARE;
    }

    private PgConnection holdDecisionsOf(LifetimeId id) {
        rows.execute("""
                CREATE FUNCTION ticktock.hold_decision() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM pg_advisory_xact_lock_shared(%d);
                    RETURN NEW;
                END $$;
                CREATE TRIGGER hold_decision BEFORE INSERT ON ticktock.lifetime_events FOR EACH ROW
                WHEN (NEW.lifetime_id = '%s') EXECUTE FUNCTION ticktock.hold_decision()
                """.formatted(HOLD, id));
        PgConnection holding = Awaiting.result(rows.connect());
        Awaiting.result(holding.query("SELECT pg_advisory_lock(" + HOLD + ")").execute());
        return holding;
    }

    /** Asks until somebody is about to commit what it decides. */
    private void awaitDecision(LifetimeId id) {
        AtomicReference<Future<?>> asked = new AtomicReference<>(pause(id));
        await("the decision is past the fence", () -> {
            if (asked.get().failed()) {
                asked.set(pause(id));
            }
            return heldDecisions() == 1;
        });
    }

    private boolean owns(int member, LifetimeId id) {
        return count("shards WHERE shard = " + id.shard().number() + " AND owner_id = '" + system.owner(member) + "'")
                == 1;
    }

    /** Its answer may never come. */
    private Future<?> pause(LifetimeId id) {
        Signal signal = Signal.newBuilder()
                .setSignalId("pause of " + id)
                .setTenantId(TENANT)
                .setLifetimeId(id.toString())
                .setPause(PauseCommand.getDefaultInstance())
                .build();
        return system.bus()
                .request(
                        Addresses.CONTROL_SIGNAL.at(id.shard()),
                        SignalLifetimeRequest.newBuilder().setSignal(signal).build())
                .onFailure(cause -> System.out.println("fence: the pause was answered: " + cause.getMessage()));
    }

    /** Until another has taken over, or would long have, and waits for the decision that is held. */
    private Outcome awaitTakeover(int decider) {
        Instant begin = Instant.now();
        AtomicBoolean hasWaited = new AtomicBoolean();
        await("somebody takes over, or waits", () -> {
            hasWaited.compareAndSet(false, waitingTakeovers() > 0);
            boolean isLate = Duration.between(begin, Instant.now()).compareTo(LEASE.multipliedBy(2)) > 0;
            return owners(decider) == 0 || (hasWaited.get() && isLate);
        });
        return owners(decider) == 0 ? Outcome.STALE_COMMIT : Outcome.TAKEOVER_WAITED;
    }

    /** From the takeover on there is nothing new of the old epoch, whatever the one that wakes had in its hands. */
    private void wake(int decider, long epoch) throws IOException {
        await("another has taken over", () -> owners(decider) == 0);
        long before = count("lifetime_events WHERE epoch <= " + epoch);
        system.process(decider).goOn();
        await("both have their share again", this::isShared);
        assertEquals(before, count("lifetime_events WHERE epoch <= " + epoch));
    }

    private long epoch(int member) {
        return rows.number("SELECT epoch FROM ticktock.shard_owners WHERE owner_id = '" + system.owner(member) + "'");
    }

    private long decided(LifetimeId id, long epoch) {
        return count("lifetime_events WHERE lifetime_id = '" + id + "' AND epoch = " + epoch);
    }

    private long heldDecisions() {
        return rows.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'"
                + " AND query LIKE '%INSERT INTO lifetime_events%'");
    }

    private long waitingTakeovers() {
        return rows.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                + " AND query LIKE 'DELETE FROM shard_owners%'");
    }

    private long owners(int member) {
        return count("shard_owners WHERE owner_id = '" + system.owner(member) + "'");
    }

    private long shards(int member) {
        return number("count(*)", member);
    }

    private long number(String value, int member) {
        return rows.number("SELECT " + value + " FROM ticktock.shards WHERE owner_id = '" + system.owner(member) + "'");
    }

    private long count(String what) {
        return rows.number("SELECT count(*) FROM ticktock." + what);
    }

    private void await(String what, BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(deadline), () -> "waited until " + what);
            Client.await(system.vertx().timer(50));
        }
    }
}
