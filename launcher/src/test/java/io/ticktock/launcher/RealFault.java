package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.launcher.faults.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * What goes wrong. Each fault is brought about, lasts for a time between two bounds, and is healed; all that is random about it
 * comes from the seed.
 */
enum RealFault {
    ENGINE_KILLED(100, 6_000),
    STORE_KILLED(100, 3_000),
    API_KILLED(100, 3_000),
    ENGINE_STOPPED_IN_ORDER(100, 2_000),
    /** For longer than its lease, and longer than the silence after which it counts as gone. */
    ENGINE_STANDS_STILL(5_000, 8_000),
    STORE_STANDS_STILL(500, 6_000),
    API_STANDS_STILL(500, 6_000),
    DATABASE_KILLED(0, 500),
    /** Its clients are cut off, and it ends in order. */
    DATABASE_RESTARTED(0, 500),
    /** It ends without a word, and replays its log when it begins again. */
    DATABASE_STOPPED_AT_ONCE(0, 500),
    BACKENDS_TERMINATED(0, 100),
    DATABASE_CUT_OFF(500, 5_000),
    /** Nothing comes through, and no connection ends: half-open. */
    DATABASE_UNHEARD(1_000, 8_000),
    /** Engines reach all but each other. */
    ENGINES_PARTED(3_000, 9_000),
    ENGINE_CUT_OFF(3_000, 9_000),
    STORE_CUT_OFF(2_000, 8_000),
    DISK_FULL(1_000, 4_000),
    /** Each flush of the log takes a tenth of a second longer, the most that PostgreSQL lets itself be told to wait. */
    FLUSHES_SLOW(2_000, 6_000),
    /** Whoever uses the disk stands still until it answers: every process of the database. */
    DISK_STALLED(500, 4_000),
    CLOCK_AHEAD(1_000, 4_000),
    CLOCK_BEHIND(1_000, 4_000),
    WORKER_DIES_BEFORE_ITS_EFFECT(0, 100),
    WORKER_DIES_AFTER_ITS_EFFECT(0, 100);

    /** Undoes it. */
    interface Healing {
        void heal() throws IOException, InterruptedException;
    }

    private final int leastMs;
    private final int mostMs;

    RealFault(int leastMs, int mostMs) {
        this.leastMs = leastMs;
        this.mostMs = mostMs;
    }

    int lastsMs(Random random) {
        String[] wanted =
                System.getProperty("faults.lasts_ms", leastMs + "-" + mostMs).split("-");
        return random.nextInt(Integer.parseInt(wanted[0]), Integer.parseInt(wanted[1]) + 1);
    }

    /** Brings it about; how to undo it. */
    Healing inject(FaultedSystem system, Random random) throws IOException, InterruptedException {
        int engine = any(random, FaultedSystem.ENGINES);
        int api = any(random, FaultedSystem.APIS);
        int store = FaultedSystem.STORE;
        return switch (this) {
            case ENGINE_KILLED -> killed(system, engine);
            case STORE_KILLED -> killed(system, store);
            case API_KILLED -> killed(system, api);
            case ENGINE_STOPPED_IN_ORDER -> ended(system, engine);
            case ENGINE_STANDS_STILL -> still(system, engine);
            case STORE_STANDS_STILL -> still(system, store);
            case API_STANDS_STILL -> still(system, api);
            case DATABASE_KILLED -> database(system, "KILL");
            case DATABASE_RESTARTED -> database(system, "INT");
            case DATABASE_STOPPED_AT_ONCE -> database(system, "QUIT");
            case BACKENDS_TERMINATED -> terminated(system);
            case DATABASE_CUT_OFF -> cut(system);
            case DATABASE_UNHEARD -> swallow(system);
            case ENGINES_PARTED -> part(system, engine);
            case ENGINE_CUT_OFF -> cutOff(system, engine);
            case STORE_CUT_OFF -> cutOff(system, store);
            case DISK_FULL -> fill(system);
            case FLUSHES_SLOW -> slowFlushes(system);
            case DISK_STALLED -> stall(system);
            case CLOCK_AHEAD -> shifted(system, any(random, FaultedSystem.ALL), Duration.ofHours(1));
            case CLOCK_BEHIND -> shifted(system, any(random, FaultedSystem.ALL), Duration.ofHours(-1));
            case WORKER_DIES_BEFORE_ITS_EFFECT -> workerDies(system, random, EffectWorker.Death.BEFORE_THE_EFFECT);
            case WORKER_DIES_AFTER_ITS_EFFECT -> workerDies(system, random, EffectWorker.Death.AFTER_THE_EFFECT);
        };
    }

    private static int any(Random random, List<Integer> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static Healing killed(FaultedSystem system, int member) throws InterruptedException {
        if (FaultedSystem.ENGINES.contains(member)) {
            system.timeTakeover(member);
        }
        system.process(member).kill();
        return () -> system.start(member);
    }

    private static Healing ended(FaultedSystem system, int member) throws InterruptedException {
        system.timeTakeover(member);
        JarProcess.Result result = system.process(member).terminate();
        assertEquals(0, result.exitCode(), result::toString);
        return () -> system.start(member);
    }

    private static Healing still(FaultedSystem system, int member) throws IOException {
        JarProcess process = system.process(member);
        process.standStill();
        return process::goOn;
    }

    private static Healing database(FaultedSystem system, String signal) throws IOException {
        Signals.send(signal, system.postmaster());
        return system::awaitDatabase;
    }

    private static Healing terminated(FaultedSystem system) {
        system.rows()
                .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ticktock'");
        return () -> {};
    }

    private static Healing cut(FaultedSystem system) {
        system.relay().cut();
        return system.relay()::pass;
    }

    private static Healing swallow(FaultedSystem system) {
        system.relay().swallow();
        return system.relay()::pass;
    }

    private static Healing part(FaultedSystem system, int engine) throws IOException {
        if (system.namespaces().isEmpty()) {
            return still(system, engine);
        }
        Set<Integer> engines = Set.copyOf(FaultedSystem.ENGINES);
        system.namespaces().get().part(engines, true);
        return () -> system.namespaces().get().part(engines, false);
    }

    private static Healing cutOff(FaultedSystem system, int member) throws IOException {
        if (system.namespaces().isEmpty()) {
            return still(system, member);
        }
        system.namespaces().get().cutOff(member);
        return () -> system.namespaces().get().connect(member);
    }

    private static Healing fill(FaultedSystem system) throws IOException {
        system.disk().fill(system.databaseProcesses());
        return () -> {
            system.disk().free(system::databaseProcesses);
            system.awaitDatabase();
        };
    }

    private static Healing slowFlushes(FaultedSystem system) {
        system.rows().execute("ALTER SYSTEM SET commit_delay = 100000");
        system.rows().execute("ALTER SYSTEM SET commit_siblings = 0");
        system.rows().execute("SELECT pg_reload_conf()");
        return () -> {
            system.rows().execute("ALTER SYSTEM RESET commit_delay");
            system.rows().execute("ALTER SYSTEM RESET commit_siblings");
            system.rows().execute("SELECT pg_reload_conf()");
        };
    }

    private static Healing stall(FaultedSystem system) throws IOException {
        List<ProcessHandle> stopped = system.databaseProcesses();
        for (ProcessHandle process : stopped) {
            Signals.send("STOP", process);
        }
        return () -> {
            for (ProcessHandle process : stopped) {
                Signals.send("CONT", process);
            }
        };
    }

    private static Healing shifted(FaultedSystem system, int member, Duration by) throws IOException {
        system.clock(member).shift(by.toMillis());
        return () -> system.clock(member).shift(0);
    }

    private static Healing workerDies(FaultedSystem system, Random random, EffectWorker.Death death)
            throws IOException, InterruptedException {
        int worker = any(random, FaultedSystem.WORKERS);
        Files.writeString(system.death(worker), death.name());
        assertEquals(EffectWorker.EXIT_CODE, system.worker(worker).awaitExit());
        return () -> system.startWorker(worker);
    }
}
