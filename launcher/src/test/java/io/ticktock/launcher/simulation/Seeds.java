package io.ticktock.launcher.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.testkit.simulation.Trace;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** Simulates one seed after the other, on as many threads as there are processors. */
final class Seeds {

    /** A Vert.x serves many, and keeps a little of each. */
    private static final int SEEDS_A_VERTX = 100;

    /** So that whoever waits for many knows how far it is. */
    private static final int SEEDS_A_WORD = 10_000;

    private static final int MOST_FAILED = 10;
    /** Long enough to see that something is stuck. */
    private static final Duration SHORT = Duration.ofMinutes(2);

    private final long from;
    private final long count;
    private final Duration longest;
    private final boolean traces;
    private final AtomicLong next = new AtomicLong();
    private final List<SimulatedRun.Result> failed = new ArrayList<>();
    private final Map<Chaos.Fault, Integer> fired = new EnumMap<>(Chaos.Fault.class);
    private final Map<LifetimeStatus, Integer> ends = new EnumMap<>(LifetimeStatus.class);
    private long begunNanos;
    private long done;
    private long accepted;
    private long faults;
    private long entries;
    private long virtualSeconds;
    private long tookMs;

    /** @param longest after which no other seed begins */
    Seeds(long from, long count, Duration longest, boolean traces) {
        this.longest = longest;
        this.from = from;
        this.count = count;
        this.traces = traces;
    }

    List<SimulatedRun.Result> run() throws Exception {
        begunNanos = System.nanoTime();
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        Level before = root.getLevel();
        root.setLevel(traces ? before : Level.OFF);
        try {
            List<FutureTask<Void>> threads = new ArrayList<>();
            for (int i = 0; i < Math.max(1, Runtime.getRuntime().availableProcessors()); i++) {
                threads.add(SimulationThread.start("simulation-" + i, this::work));
            }
            for (FutureTask<Void> thread : threads) {
                thread.get(12, TimeUnit.HOURS);
            }
        } finally {
            root.setLevel(before);
        }
        tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
        return failed;
    }

    /** The first of the seeds with which the bug breaks its rule; what came with it is clean without it. */
    OptionalLong firstThatShows(Bug bug) throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        Level before = root.getLevel();
        root.setLevel(Level.OFF);
        Vertx vertx = Vertx.vertx();
        try {
            return SimulationThread.call(() -> firstThatShows(bug, vertx));
        } finally {
            root.setLevel(before);
            vertx.close();
        }
    }

    private OptionalLong firstThatShows(Bug bug, Vertx vertx) {
        String rule = "rule=" + bug.breaks() + ",";
        for (long seed = from; seed < from + count; seed++) {
            SimulatedRun.Result result = new SimulatedRun(seed, vertx, new Trace(), bug, SHORT).run();
            if (result.violations().stream().anyMatch(violation -> violation.contains(rule))) {
                List<String> without =
                        new SimulatedRun(seed, vertx, new Trace()).run().violations();
                if (!without.isEmpty()) {
                    throw new IllegalStateException("seed " + seed + " without a bug: " + without);
                }
                return OptionalLong.of(seed);
            }
        }
        return OptionalLong.empty();
    }

    private Void work() {
        while (true) {
            Vertx vertx = Vertx.vertx();
            try {
                for (int i = 0; i < SEEDS_A_VERTX; i++) {
                    long number = next.getAndIncrement();
                    if (number >= count || isEnough()) {
                        return null;
                    }
                    add(new SimulatedRun(from + number, vertx, traces ? new Trace(System.out::println) : new Trace())
                            .run());
                }
            } finally {
                vertx.close();
            }
        }
    }

    private synchronized boolean isEnough() {
        return failed.size() >= MOST_FAILED || System.nanoTime() - begunNanos > longest.toNanos();
    }

    private synchronized void add(SimulatedRun.Result result) {
        done++;
        accepted += result.accepted();
        faults += result.faults();
        entries += result.entries();
        virtualSeconds += result.time().toSeconds();
        result.fired().forEach((fault, times) -> fired.merge(fault, times, Integer::sum));
        result.ends().forEach((status, times) -> ends.merge(status, times, Integer::sum));
        if (!result.violations().isEmpty()) {
            failed.add(result);
            System.out.println("simulation: seed " + result.seed() + " shows "
                    + result.violations().get(0).lines().findFirst().orElse(""));
        }
        if (done % SEEDS_A_WORD == 0) {
            System.out.println("simulation: " + done + " seeds so far, " + failed.size() + " failed");
        }
    }

    String summary() {
        return "simulation: " + done + " seeds in " + tookMs + " ms, " + virtualSeconds / Math.max(1, done)
                + " simulated seconds each; " + accepted + " executions accepted, " + entries + " entries, " + faults
                + " requests and messages went wrong, faults " + fired + ", lifetimes " + ends;
    }

    static String report(List<SimulatedRun.Result> failed) {
        return failed.stream()
                        .map(result -> "seed " + result.seed() + " after " + result.time() + ":\n  "
                                + String.join(
                                        "\n  ",
                                        result.violations().stream().limit(20).toList()))
                        .collect(Collectors.joining(
                                "\n", "", "\nthe last of seed " + failed.get(0).seed() + ":\n"))
                + String.join(
                        "\n",
                        failed.get(0)
                                .trace()
                                .subList(
                                        Math.max(0, failed.get(0).trace().size() - 60),
                                        failed.get(0).trace().size()))
                + "\nall of it: mvn -B test -pl launcher -am -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dsimulation.seeds=1 -Dsimulation.trace=true -Dsimulation.from="
                + failed.get(0).seed();
    }
}
