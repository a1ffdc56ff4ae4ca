package io.ticktock.launcher;

import io.ticktock.bus.Bus;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.state.StateConfiguration;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What modules are built from.
 *
 * @param state present when the data plane is among them
 * @param instanceId names this process to others and in the records
 * @param takesWorkers whether workers outside can connect
 * @param listening the port of the way in, once it is known
 * @param meters where modules count what they do
 */
record Wiring(
        Vertx vertx,
        Bus bus,
        Configuration configuration,
        Optional<StateConfiguration> state,
        String instanceId,
        boolean takesWorkers,
        CompletableFuture<Integer> listening,
        ProcessMeters meters) {}
