package io.ticktock.launcher.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.testkit.simulation.Trace;
import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many systems in simulated time, each from a seed. */
class SimulationTest {

    private static final long SEEDS = Long.getLong("simulation.seeds", 300);
    private static final long FROM = Long.getLong("simulation.from", System.nanoTime() >>> 8);
    private static final boolean TRACES = Boolean.getBoolean("simulation.trace");

    @Test
    void nothingIsLostAndNothingIsStuck() throws Exception {
        System.out.println("simulation: " + SEEDS + " seeds from " + FROM);
        Seeds seeds = new Seeds(FROM, SEEDS, TRACES);
        List<SimulatedRun.Result> failed = seeds.run();
        System.out.println(seeds.summary());
        assertTrue(failed.isEmpty(), () -> Seeds.report(failed));
    }

    @Test
    void theSameSeedDoesTheSame() throws Exception {
        for (long seed = FROM; seed < FROM + 5; seed++) {
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
