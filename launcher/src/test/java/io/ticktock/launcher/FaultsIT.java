package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.control.LifetimeState;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.testkit.Evidence;
import io.ticktock.testkit.Evidence.Effect;
import io.ticktock.testkit.Evidence.Expectation;
import io.ticktock.testkit.Evidence.Ledger;
import io.ticktock.testkit.Evidence.Outcome;
import io.ticktock.testkit.History;
import io.ticktock.testkit.HistoryChecker;
import io.ticktock.testkit.ReplayCheck;
import io.ticktock.testkit.Violation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five processes of the packed program under load, to which real faults happen one after the other. After each of them
 * lifetimes must end again; after the last one all of them must have, and the rows, the clients' journal and the workers'
 * ledger must agree that nothing was lost and nothing happened twice.
 *
 * <p>A build does this for a few faults. {@code -Dfaults.minutes=30} goes on for so long, and tells of each minute;
 * {@code -Dfaults.seed} does the same again as far as the machine's timing lets it, {@code -Dfaults.only=DISK_FULL,…} has
 * some faults alone, {@code -Dfaults.lasts_ms=3500-4800} lets each last for so long, and {@code -Dfaults.users=24} has more
 * load.
 */
class FaultsIT {

    private static final int MINUTES = Integer.getInteger("faults.minutes", 0);
    private static final int USERS = Integer.getInteger("faults.users", 12);
    private static final int FAULTS_OF_A_BUILD = Integer.getInteger("faults.number", 2);
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final int MOST_TOLD = 5;
    private static final long LONGEST_CALM_MS = 3_000;

    private final long seed = Long.getLong("faults.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Evidence.Fault> fired = new ArrayList<>();

    @TempDir
    private Path folder;

    private FaultedSystem system;
    private FaultLoad load;

    @BeforeEach
    void start() throws Exception {
        System.out.println("faults: -Dfaults.seed=" + seed);
        system = new FaultedSystem(folder);
        system.start();
        load = new FaultLoad(system::url);
        load.furnish();
        system.driveWorkers(load.workerKey());
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    void nothingIsLostDoubledOrStuckWhateverGoesWrong() throws Exception {
        load.begin(USERS);
        assertTrue(endsMore(USERS), "nothing ends even without faults");
        HeapWatch heaps = new HeapWatch(system);
        Instant begin = Instant.now();
        Instant end = begin.plus(Duration.ofMinutes(MINUTES));
        Instant next = begin;
        for (int number = 0; number < FAULTS_OF_A_BUILD || Instant.now().isBefore(end); number++) {
            strike(fault(number));
            if (MINUTES > 0 && Instant.now().isAfter(next)) {
                tell(begin, heaps);
                next = next.plus(Duration.ofMinutes(1));
            }
        }
        assertTrue(load.end(RECOVERY.multipliedBy(3)), "some users still wait for something: " + load.wrong());
        tell(begin, heaps);
        verdict();
        assertEquals(List.of(), heaps.grown());
        stopAll();
    }

    /** In order, the way in first, so that nobody asks for what is gone. */
    private void stopAll() throws InterruptedException {
        List<Integer> inOrder = new ArrayList<>(FaultedSystem.APIS);
        inOrder.addAll(FaultedSystem.ENGINES);
        inOrder.add(FaultedSystem.STORE);
        for (int member : inOrder) {
            JarProcess.Result stopped = system.process(member).terminate();
            assertEquals(0, stopped.exitCode(), stopped::toString);
        }
    }

    /** All of them before any comes again, in an order of the seed's. */
    private RealFault fault(int number) {
        List<RealFault> wanted = Optional.ofNullable(System.getProperty("faults.only"))
                .map(names -> Arrays.stream(names.split(","))
                        .map(RealFault::valueOf)
                        .collect(Collectors.toCollection(ArrayList::new)))
                .orElseGet(() -> new ArrayList<>(List.of(RealFault.values())));
        Collections.shuffle(wanted, new Random(seed + number / wanted.size()));
        return wanted.get(number % wanted.size());
    }

    private void strike(RealFault fault) throws IOException, InterruptedException {
        Instant at = Instant.now();
        RealFault.Healing healing = fault.inject(system, random);
        fired.add(new Evidence.Fault(fault.name(), at));
        int lasts = fault.lastsMs(random);
        TimeUnit.MILLISECONDS.sleep(lasts);
        healing.heal();
        Instant healed = Instant.now();
        boolean recovered = endsMore(USERS / 2);
        System.out.printf(
                "faults: %s %s for %d ms, healed after %d ms, lifetimes ended again after %d ms, %d started, %d ended%n",
                at,
                fault,
                lasts,
                Duration.between(at, healed).toMillis(),
                Duration.between(healed, Instant.now()).toMillis(),
                load.started(),
                load.ended());
        assertTrue(recovered, () -> "after " + fault + " nothing ends any more; " + load.wrong() + system.printed());
        if (MINUTES > 0) {
            system.checkpoint();
            TimeUnit.MILLISECONDS.sleep(random.nextInt((int) LONGEST_CALM_MS));
        }
    }

    private boolean endsMore(int lifetimes) throws InterruptedException {
        int least = load.ended() + lifetimes;
        return FaultedSystem.isTrueWithin(
                        RECOVERY, () -> load.ended() >= least || !load.wrong().isEmpty())
                && load.wrong().isEmpty();
    }

    private void tell(Instant begin, HeapWatch heaps) throws IOException, InterruptedException {
        System.out.printf(
                "faults: minute %d: operations %d ok, %d unknown, %d failed; %d lifetimes started, %d open; %d faults;"
                        + " driven again after %s ms; heap after collecting %s MB%n",
                Duration.between(begin, Instant.now()).toMinutes(),
                load.count(Outcome.OK),
                load.count(Outcome.UNKNOWN),
                load.count(Outcome.FAILED),
                load.started(),
                system.rows().openLifetimes(),
                fired.size(),
                system.takeoversMs(),
                heaps.look());
    }

    private void verdict() {
        tellOpen();
        assertEquals(List.of(), FaultLoad.some(load.wrong()));
        List<Effect> effects = new ArrayList<>();
        FaultedSystem.WORKERS.forEach(worker -> effects.addAll(EffectWorker.effects(system.ledger(worker))));
        Evidence evidence = Evidence.NONE
                .withJournal(load.journal())
                .withLedger(new Ledger(effects, Set.of(FaultLoad.EFFECT_NODE), false))
                .withFaults(fired)
                .expecting(new Expectation(
                        load.started(),
                        load.started(),
                        load.started(),
                        fired.stream().map(Evidence.Fault::name).collect(Collectors.toSet())));
        List<String> violations =
                system.rows().check(new HistoryChecker(new Folding()::fold), evidence, Map.of()).stream()
                        .map(Violation::toString)
                        .toList();
        assertEquals(List.of(), FaultLoad.some(violations));
        checkLeftovers();
        int replayed = 0;
        for (String tenant : FaultLoad.TENANTS) {
            replayed += Client.await(new ReplayCheck(system.system().bus(), tenant).requireAllAgree());
        }
        assertTrue(replayed >= load.started(), "only " + replayed + " lifetimes were decided anew");
        System.out.println("faults: " + load.started() + " lifetimes, " + effects.size() + " effects, " + fired.size()
                + " faults: nothing lost, nothing doubled, nothing stuck");
    }

    /** The last of what is known of those that have not ended, to understand it. */
    private void tellOpen() {
        if (system.rows().openLifetimes() == 0) {
            return;
        }
        History history = system.rows().history();
        history.lifetimes().stream()
                .filter(lifetime -> !lifetime.head().hasEndedAt())
                .limit(MOST_TOLD)
                .forEach(lifetime -> {
                    System.out.println("faults: has not ended: " + lifetime.head());
                    history.events().stream()
                            .filter(event -> event.key().equals(lifetime.key())
                                    && event.seq() > lifetime.head().getLastSeq() - MOST_TOLD)
                            .forEach(event ->
                                    System.out.println("faults: epoch " + event.epoch() + " " + event.event()));
                });
    }

    /** What has ended waits for nothing. */
    private void checkLeftovers() {
        for (String table : List.of("timers", "signals", "waiting_work")) {
            assertEquals(0, system.rows().number("SELECT count(*) FROM ticktock." + table), "rows left in " + table);
        }
    }

    /** Of logs to head rows, by the graphs that they name. */
    private static final class Folding {

        private final Map<String, AgentGraph> graphs = new HashMap<>();

        AgentLifetime fold(List<LifetimeEvent> events) {
            LifetimeEvent first = events.get(0);
            String name = first.getStarted().getGraph().getName();
            AgentGraph graph = graphs.computeIfAbsent(
                    first.getTenantId() + " " + name, key -> FaultLoad.graph(first.getTenantId(), name));
            LifetimeState state = new LifetimeState(first.getTenantId(), first.getLifetimeId(), graph);
            events.forEach(state::apply);
            return state.head();
        }
    }
}
