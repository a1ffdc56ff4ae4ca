package io.ticktock.launcher.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.testkit.simulation.Trace;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many systems in simulated time, each from a seed. */
class SimulationTest {

    private static final long SEEDS = Long.getLong("simulation.seeds", 2_000);
    /** Unless a number of seeds is asked for. */
    private static final Duration LONGEST =
            System.getProperty("simulation.seeds") == null ? Duration.ofSeconds(12) : Duration.ofHours(12);

    private static final long FROM = Long.getLong("simulation.from", System.nanoTime() >>> 8);
    private static final boolean TRACES = Boolean.getBoolean("simulation.trace");

    @Test
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
