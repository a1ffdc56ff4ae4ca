package io.ticktock.launcher.simulation;

import com.google.protobuf.ByteString;
import io.ticktock.control.LifetimeState;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.testkit.Awaiting;
import io.ticktock.testkit.Evidence;
import io.ticktock.testkit.History;
import io.ticktock.testkit.HistoryChecker;
import io.ticktock.testkit.simulation.Simulation;
import io.ticktock.testkit.simulation.Trace;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One simulation, from its seed to its findings. */
final class SimulatedRun {

    private static final List<String> TENANTS = List.of("acme", "blue", "crowd");
    private static final Map<String, AgentGraph> GRAPHS = graphs();

    /** After which all must be over. A clock that was an hour ahead must not make anybody wait for an hour. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** As the policies have it. */
    private static final String BUDGET = "cost-of-a-day of cost_usd by day";

    private static final long LIMIT_MICROS = 300_000;

    private static final Duration LOOK = Duration.ofMillis(500);
    /** What is on its way when all is over, such as the news of a child's end, arrives within that time. */
    private static final int LOOKS_UNTIL_SETTLED = 30;

    private static final long MOST_TASKS = 5_000_000;

    private final long seed;
    private final Bug bug;
    private final Duration patience;
    private final Simulation simulation;
    private final SimulatedSystem system;
    private final Chaos chaos;
    private final SimulatedClient client;
    private int overForLooks;
    private boolean isSettled;

    /**
     * What came of it.
     *
     * @param violations empty when all is as it must be
     * @param accepted executions
     * @param faults that were fired, of messages and of the store each one
     */
    record Result(
            long seed,
            List<String> violations,
            long hash,
            long entries,
            long accepted,
            long faults,
            Map<Chaos.Fault, Integer> fired,
            Map<LifetimeStatus, Integer> ends,
            Duration time,
            List<String> trace) {}

    SimulatedRun(long seed, Vertx vertx, Trace trace) {
        this(seed, vertx, trace, Bug.NONE, PATIENCE);
    }

    /** @param patience how long it may take at most */
    SimulatedRun(long seed, Vertx vertx, Trace trace, Bug bug, Duration patience) {
        this.bug = bug;
        this.patience = patience;
        this.seed = seed;
        this.simulation = new Simulation(seed, vertx, trace);
        this.system = new SimulatedSystem(simulation, bug);
        Duration window = Duration.ofSeconds(5 + simulation.random().nextInt(25));
        this.chaos = new Chaos(system, window);
        this.client = new SimulatedClient(simulation, window);
    }

    private static Map<String, AgentGraph> graphs() {
        Map<String, AgentGraph> graphs = new HashMap<>();
        Stream.of("line", "rounds", "fan", "meeting").forEach(name -> graphs.put(name, graph(name)));
        return graphs;
    }

    private static AgentGraph graph(String name) {
        String file = name + ".yaml";
        try (InputStream content = SimulatedRun.class.getResourceAsStream(file)) {
            return GraphParser.parse(file, content.readAllBytes(), TENANTS.get(0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Result run() {
        try {
            return runToTheEnd();
        } finally {
            simulation.end();
        }
    }

    private Result runToTheEnd() {
        GRAPHS.values().forEach(this::register);
        system.start();
        client.start();
        chaos.start();
        List<String> violations = new ArrayList<>();
        look();
        try {
            if (!simulation.runUntil(() -> isSettled, patience.toNanos(), MOST_TASKS)) {
                violations.add("not settled after " + patience + ": " + client.open() + ", " + running() + ", "
                        + toBeObeyed());
            }
        } catch (RuntimeException e) {
            violations.add("broken off: " + e);
        }
        History history = history();
        long accepted = history.events().stream()
                .filter(row -> row.event().hasAccepted())
                .count();
        new HistoryChecker(SimulatedRun::fold)
                .check(history, evidence())
                .forEach(violation -> violations.add(violation.toString()));
        violations.addAll(system.ledger().faults());
        Map<LifetimeStatus, Integer> ends = new HashMap<>();
        history.lifetimes().forEach(row -> ends.merge(row.head().getStatus(), 1, Integer::sum));
        return new Result(
                seed,
                violations,
                simulation.trace().hash(),
                simulation.trace().entries(),
                accepted,
                simulation.network().faults() + system.store().faults(),
                chaos.fired(),
                ends,
                Duration.ofNanos(simulation.nanos()),
                simulation.trace().last());
    }

    private History history() {
        History rows = system.rows().history();
        return bug.spoiled(
                new History(rows.lifetimes(), system.witness().timed(rows.events()), rows.executions(), rows.waits()));
    }

    private Evidence evidence() {
        Map<Evidence.BudgetKey, Long> limits = TENANTS.stream()
                .collect(Collectors.toMap(
                        tenantId -> new Evidence.BudgetKey(tenantId, BUDGET), tenantId -> LIMIT_MICROS));
        return Evidence.NONE
                .withJournal(client.journal())
                .withLedger(system.ledger().evidence())
                .withAppends(system.witness().appends())
                .withBudgets(new Evidence.Budgets(system.rows().slices(), limits))
                .readAt(simulation.clock().instant())
                .expecting(new Evidence.Expectation(1, 1, 0, Set.of()));
    }

    private void register(AgentGraph graph) {
        for (String tenantId : TENANTS) {
            Awaiting.result(system.rows()
                    .registerGraph(RegisterGraphRequest.newBuilder()
                            .setGraph(GraphReference.newBuilder()
                                    .setTenantId(tenantId)
                                    .setName(graph.name())
                                    .setVersion(graph.version())
                                    .setDigest(graph.digest()))
                            .setCanonical(ByteString.copyFromUtf8(graph.canonical()))
                            .build()));
        }
    }

    /** Looks from time to time whether all is over, as nobody within the system can. */
    private void look() {
        boolean isOver = chaos.isOver()
                && client.isDone()
                && running().isEmpty()
                && toBeObeyed().isEmpty();
        overForLooks = isOver ? overForLooks + 1 : 0;
        isSettled = overForLooks > LOOKS_UNTIL_SETTLED;
        if (!isSettled) {
            simulation.after(LOOK.toNanos(), this::look);
        }
    }

    /**
     * What resumes a lifetime may have to wait until its tenant's budget has room. A child that was not wanted any more before it
     * began never hears of that.
     */
    private List<History.PendingSignal> toBeObeyed() {
        Set<String> begun =
                system.rows().heads().stream().map(AgentLifetime::getLifetimeId).collect(Collectors.toSet());
        return system.rows().waits().signals().stream()
                .filter(pending -> begun.contains(pending.key().lifetimeId()))
                .toList();
    }

    /** Those that neither have ended nor are paused, nor wait for a child that is. */
    private List<String> running() {
        List<AgentLifetime> heads = system.rows().heads();
        Set<String> waitForPaused = heads.stream()
                .filter(head -> head.getStatus() == LifetimeStatus.LIFETIME_STATUS_PAUSED)
                .map(AgentLifetime::getParentLifetimeId)
                .collect(Collectors.toSet());
        return heads.stream()
                .filter(head -> !isOver(head))
                .filter(head -> !head.getParked() || !waitForPaused.contains(head.getLifetimeId()))
                .map(head -> head.getGraph().getName() + " " + head.getLifetimeId() + " of " + head.getTenantId()
                        + (head.getParked() ? ", parked" : ", not parked"))
                .toList();
    }

    private static boolean isOver(AgentLifetime head) {
        return switch (head.getStatus()) {
            case LIFETIME_STATUS_COMPLETED, LIFETIME_STATUS_FAILED, LIFETIME_STATUS_ABORTED, LIFETIME_STATUS_PAUSED ->
                true;
            case LIFETIME_STATUS_RUNNING, LIFETIME_STATUS_UNSPECIFIED, UNRECOGNIZED -> false;
        };
    }

    static AgentLifetime fold(List<LifetimeEvent> events) {
        LifetimeEvent first = events.get(0);
        AgentGraph graph = GRAPHS.get(first.getStarted().getGraph().getName());
        LifetimeState state = new LifetimeState(first.getTenantId(), first.getLifetimeId(), graph);
        events.forEach(state::apply);
        return state.head();
    }
}
