package io.ticktock.launcher.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.testkit.simulation.Trace;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many systems in simulated time, each from a seed. */
class SimulationTest {

    private static final long SEEDS = Long.getLong("simulation.seeds", 2_000);
    /** Unless a number of seeds is asked for. */
    private static final Duration LONGEST =
            System.getProperty("simulation.seeds") == null ? Duration.ofSeconds(6) : Duration.ofHours(12);

    private static final long FROM = Long.getLong("simulation.from", System.nanoTime() >>> 8);
    private static final int SEEDS_A_BUG = 60;
    private static final boolean TRACES = Boolean.getBoolean("simulation.trace");

    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS)
    void nothingIsLostAndNothingIsStuck() throws Exception {
        System.out.println("simulation: up to " + SEEDS + " seeds from " + FROM);
        Seeds seeds = new Seeds(FROM, SEEDS, LONGEST, TRACES);
        List<SimulatedRun.Result> failed = seeds.run();
        System.out.println(seeds.summary());
        assertTrue(failed.isEmpty(), () -> Seeds.report(failed));
    }

    @Test
    void theSameSeedDoesTheSame() throws Exception {
        for (long seed = FROM; seed < FROM + 2; seed++) {
            assertEquals(hash(seed), hash(seed), "seed " + seed);
        }
    }

    /** Each on purpose, where the same seeds without it are clean. */
    @ParameterizedTest
    @MethodSource("bugs")
    void everyBugIsNoticed(Bug bug) throws Exception {
        Seeds seeds = new Seeds(FROM, SEEDS_A_BUG, Duration.ofMinutes(1), false);
        OptionalLong noticed = seeds.firstThatShows(bug);
        assertTrue(noticed.isPresent(), () -> SEEDS_A_BUG + " seeds from " + FROM + " do not show " + bug);
    }

    static Set<Bug> bugs() {
        return Bug.all();
    }

    private static long hash(long seed) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            return SimulationThread.call(() -> new SimulatedRun(seed, vertx, new Trace()).run())
                    .hash();
        } finally {
            vertx.close();
        }
    }
}
