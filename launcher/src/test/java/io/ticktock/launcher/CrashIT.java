package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.launcher.crash.CrashingDelivery;
import io.ticktock.launcher.crash.EffectLedger;
import io.ticktock.launcher.crash.FlakyTask;
import io.ticktock.launcher.crash.Journey;
import io.ticktock.launcher.crash.Kill;
import io.ticktock.launcher.crash.StoredRows;
import io.ticktock.state.EmbeddedPostgres;
import io.ticktock.testkit.Awaiting;
import io.ticktock.testkit.Evidence;
import io.ticktock.testkit.Evidence.Expectation;
import io.ticktock.testkit.Evidence.Fault;
import io.ticktock.testkit.Evidence.Ledger;
import io.ticktock.testkit.Evidence.Operation;
import io.ticktock.testkit.ReplayCheck;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that drives lifetimes is killed again and again: at every crash point and at random moments, now and then
 * together with its database. Then everything must come to its end, and the tables must say that nothing was lost and
 * nothing happened twice.
 *
 * <p>{@code -Dcrash.seed}, {@code -Dcrash.kills} and {@code -Dcrash.lifetimes} change what is done.
 */
class CrashIT {

    private final long seed = Long.getLong("crash.seed", System.nanoTime());
    private final int kills = Integer.getInteger("crash.kills", 4);
    private final int lifetimes = Integer.getInteger("crash.lifetimes", 40);

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Set<Integer> acknowledged = new TreeSet<>();
    /** Where the database could be asked: it may have been killed just before, too. */
    private final List<Long> openAtKill = new ArrayList<>();

    private final List<Operation> journal = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private int databaseKills;

    /** A run that failed may have left the database running. */
    @AfterEach
    void stopWhatIsLeft() {
        Awaiting.result(vertx.close());
        if (EmbeddedPostgres.connectionTo(data()).isPresent()) {
            EmbeddedPostgres.start(data()).close();
        }
    }

    @Test
    @Timeout(900)
    void nothingIsLostDoubledOrStuckHoweverOftenTheProcessDies() throws IOException, InterruptedException {
        System.out.println(this);
        register();
        startTheFirst();
        Instant begin = Instant.now();
        List<Kill> schedule = Kill.schedule(seed, kills);
        for (int run = 0; run < kills; run++) {
            die(run, schedule.get(run));
        }
        Instant killed = Instant.now();
        endAll();
        Instant ended = Instant.now();
        check();
        System.out.printf(
                "%d s of kills, %d of them of the database too, with %s lifetimes open; all ended within %d s%n",
                Duration.between(begin, killed).toSeconds(),
                databaseKills,
                openAtKill,
                Duration.between(killed, ended).toSeconds());
    }

    /** How to do the same again. */
    @Override
    public String toString() {
        return "-Dcrash.seed=" + seed + " -Dcrash.kills=" + kills + " -Dcrash.lifetimes=" + lifetimes;
    }

    private void register() {
        try (LocalSystem system =
                LocalSystem.start(CrashingSystem.configuration(data()), EnumSet.of(SystemModule.STATE))) {
            Client client = system.clientOf(Journey.TENANT);
            Journey.graphs().forEach(client::register);
        }
    }

    /** So that the first kill strikes running lifetimes too, wherever it strikes. */
    private void startTheFirst() throws IOException, InterruptedException {
        int first = lifetimesBy(-1);
        try (CrashingProcess process = start(kills + 1, "", first)) {
            process.awaitReady();
            process.await(() -> process.started().size() == first, "the first are started");
            note(process);
            process.kill();
        }
    }

    private void die(int run, Kill kill) throws IOException, InterruptedException {
        String point = kill instanceof Kill.AtPoint at ? at.point() + ":" + at.message() : "";
        try (CrashingProcess process = start(run, point, lifetimesBy(run))) {
            if (kill instanceof Kill.AtTime time) {
                dieAt(process, time);
            } else {
                int exitCode = process.awaitExit("it dies at " + kill);
                assertEquals(CrashingDelivery.EXIT_CODE, exitCode, process::toString);
            }
            faults.add(new Fault(kill.getClass().getSimpleName(), Instant.now()));
            note(process);
        }
        rows().map(StoredRows::openLifetimes).ifPresent(openAtKill::add);
        if (kill instanceof Kill.AtTime time && time.withDatabase()) {
            killDatabase();
        }
    }

    private void dieAt(CrashingProcess process, Kill.AtTime time) throws InterruptedException {
        if (!time.whileStarting()) {
            process.awaitReady();
        }
        process.letRun(time.delayMs());
        assertTrue(process.isAlive(), () -> "it died by itself; " + process);
        process.kill();
    }

    /** A quarter at once, then some more in every run, so that every run has some of every age. */
    private int lifetimesBy(int run) {
        int first = lifetimes / 4;
        return first + (lifetimes - first) * (run + 1) / (kills + 1);
    }

    private CrashingProcess start(int run, String point, int upTo) throws IOException {
        String toStart = numbers(upTo, number -> !acknowledged.contains(number));
        String toAccompany = numbers(upTo, number -> new Journey(number).asks());
        return CrashingProcess.start(
                CrashingSystem.class, folder, run, List.of(data().toString(), point, toStart, toAccompany));
    }

    private static String numbers(int upTo, IntPredicate wanted) {
        return IntStream.range(0, upTo)
                .filter(wanted)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(","));
    }

    private void note(CrashingProcess process) {
        acknowledged.addAll(process.started());
        journal.addAll(process.journal());
    }

    private void killDatabase() throws IOException {
        Path file = data().resolve("postgres").resolve("postmaster.pid");
        long pid = Long.parseLong(Files.readAllLines(file).get(0).strip());
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        databaseKills++;
    }

    private void endAll() throws IOException, InterruptedException {
        int missing = lifetimes - acknowledged.size();
        try (CrashingProcess process = start(kills, "", lifetimes)) {
            process.awaitReady();
            process.await(() -> process.started().size() == missing, "all are started");
            StoredRows rows = rows().orElseThrow();
            process.await(() -> rows.openLifetimes() == 0, "all have ended");
            note(process);
            assertEquals(0, process.end(), process::toString);
        }
    }

    private void check() {
        try (LocalSystem system = LocalSystem.toReplay(CrashingSystem.configuration(data()))) {
            Client client = system.clientOf(Journey.TENANT);
            Aftermath aftermath = new Aftermath(client, rows().orElseThrow(), evidence(), lifetimes, kills / 2);
            assertEquals(List.of(), aftermath.faults());
            int replayed = Client.await(new ReplayCheck(system.bus(), Journey.TENANT).requireAllAgree());
            assertTrue(replayed >= lifetimes, () -> "only " + replayed + " lifetimes were decided anew");
        }
        assertEquals(lifetimes, acknowledged.size());
        long hits = openAtKill.stream().filter(open -> open > 0).count();
        assertTrue(hits >= kills * 3L / 4, () -> "few kills hit running lifetimes: " + openAtKill);
    }

    private Evidence evidence() {
        // Handlers go by their process's clock, and the log by the database's.
        Ledger ledger = new Ledger(EffectLedger.read(CrashingSystem.ledger(data())), FlakyTask.NODES, false);
        Set<String> scheduled = Kill.schedule(seed, kills).stream()
                .map(kill -> kill.getClass().getSimpleName())
                .collect(Collectors.toSet());
        return Evidence.NONE
                .withJournal(journal)
                .withLedger(ledger)
                .withFaults(faults)
                .expecting(new Expectation(0, 0, 0, scheduled));
    }

    private Path data() {
        return folder.resolve("data");
    }

    /** While there is a database that runs. */
    private Optional<StoredRows> rows() {
        return EmbeddedPostgres.connectionTo(data()).map(address -> new StoredRows(vertx, address));
    }
}
