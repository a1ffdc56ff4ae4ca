package io.ticktock.launcher.simulation;

import io.vertx.core.spi.VertxThreadFactory;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** A thread that Vert.x takes for an event loop's. */
final class SimulationThread {

    private SimulationThread() {}

    static <T> FutureTask<T> start(String name, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = VertxThreadFactory.INSTANCE.newVertxThread(task, name, false, 1, TimeUnit.HOURS);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    static <T> T call(Callable<T> work) throws Exception {
        return start("simulation", work).get(1, TimeUnit.MINUTES);
    }
}
