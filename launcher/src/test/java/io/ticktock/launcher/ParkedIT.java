package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import io.ticktock.launcher.crash.StoredRows;
import io.ticktock.state.EmbeddedPostgres;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lifetimes that wait, half of them for a person and half for a timer, take no memory, and then all of them go on.
 *
 * <p>{@code -Dparked.lifetimes} changes how many they are.
 */
class ParkedIT {

    private static final String TENANT = "parked";

    /** From so many lifetimes on, everything is as it ships. */
    private static final int FULL_CROWD = 100_000;

    private static final double MOST_MB = 64;
    /** What the first lifetimes need already, such as code of the expression language. */
    private static final double MOST_MB_OF_FIRST = 5;

    private static final double BYTES_PER_MB = 1024.0 * 1024.0;
    private static final long MOST_MINUTES = 20;
    private static final long LOOK_EVERY_MS = 50;

    private final int lifetimes = Integer.getInteger("parked.lifetimes", 3_000);
    /** Caches that a smaller crowd would not fill would hide what a lifetime takes. */
    private final double share = Math.min(1, lifetimes / (double) FULL_CROWD);

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        Awaiting.result(vertx.close());
    }

    @Test
    @Timeout(value = 2 * MOST_MINUTES, unit = TimeUnit.MINUTES)
    void lifetimesThatWaitTakeNoMemoryAndAllGoOn() throws IOException, TimeoutException {
        try (LocalSystem system = LocalSystem.startAll(configuration())) {
            Client client = system.clientOf(TENANT);
            client.register(graph("question.yaml"));
            client.register(graph("timer.yaml"));
            ParkedCrowd crowd = new ParkedCrowd(system.bus(), TENANT, lifetimes);
            system.deploy(crowd);
            StoredRows rows =
                    new StoredRows(vertx, EmbeddedPostgres.connectionTo(folder).orElseThrow());
            parkAndGoOn(crowd, rows);
            Replays.requireAllAgree(client);
        }
    }

    private void parkAndGoOn(ParkedCrowd crowd, StoredRows rows) throws TimeoutException {
        double withNoneMb = heapMb();
        Instant begin = Instant.now();
        await(crowd.park(0, lifetimes / 2, "parked-question", "{\"number\":1}"));
        Instant half = Instant.now();
        // Time enough for as many again, however fast this machine is.
        Instant until = half.plus(Duration.between(begin, half).multipliedBy(2)).plusSeconds(3);
        await(crowd.park(lifetimes / 2, lifetimes, "parked-timer", "{\"number\":1,\"until\":\"" + until + "\"}"));
        Instant parked = Instant.now();

        assertEquals(lifetimes, rows.number("SELECT count(*) FROM ticktock.lifetimes WHERE parked"));
        double withAllMb = heapMb();
        assertTrue(Instant.now().isBefore(until), "the timers were due before the heap was measured");
        double mostMb = MOST_MB_OF_FIRST + (MOST_MB - MOST_MB_OF_FIRST) * share;
        String heap = String.format("heap %.1f MB with none, %.1f MB with %d", withNoneMb, withAllMb, lifetimes);
        assertTrue(
                withAllMb - withNoneMb <= mostMb, () -> heap + ", which is more than " + mostMb + " MB of difference");

        await(crowd.answer(0, lifetimes / 2));
        Instant answered = Instant.now();
        awaitAllEnded(rows);
        Instant last = Instant.now();
        assertEquals(lifetimes, rows.number("SELECT count(*) FROM ticktock.lifetimes WHERE status = 3"));
        System.out.printf(
                "%s; parked within %d ms, half answered within %d ms, timers fired within %d ms%n",
                heap,
                Duration.between(begin, parked).toMillis(),
                Duration.between(parked, answered).toMillis(),
                Duration.between(until, last).toMillis());
    }

    private void awaitAllEnded(StoredRows rows) throws TimeoutException {
        Instant deadline = Instant.now().plus(Duration.ofMinutes(MOST_MINUTES));
        while (rows.openLifetimes() > 0) {
            assertTrue(Instant.now().isBefore(deadline), () -> rows.openLifetimes() + " lifetimes have not gone on");
            await(vertx.timer(LOOK_EVERY_MS, TimeUnit.MILLISECONDS));
        }
    }

    private Configuration configuration() {
        Settings settings = Settings.shipped().with("launcher.data_folder", folder.toString(), "--data");
        Configuration shipped = Configuration.of(settings);
        return Configuration.of(settings.with(
                        "state.cache_bytes", shareOf(shipped.state().bounds().cacheBytes()), "--set")
                .with(
                        "executor.cache_bytes",
                        shareOf(shipped.executor().bounds().cacheBytes()),
                        "--set"));
    }

    private String shareOf(long bytes) {
        return Long.toString((long) (bytes * share));
    }

    private static AgentGraph graph(String name) throws IOException {
        try (InputStream content = ParkedIT.class.getResourceAsStream("parked/" + name)) {
            return GraphParser.parse(name, content.readAllBytes(), TENANT);
        }
    }

    private static <T> T await(Future<T> future) throws TimeoutException {
        return future.await(MOST_MINUTES, TimeUnit.MINUTES);
    }

    /** In use after a collection. */
    private static double heapMb() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / BYTES_PER_MB;
    }
}
