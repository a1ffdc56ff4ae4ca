package io.ticktock.launcher;

import io.ticktock.bus.Bus;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.state.StateConfiguration;
import io.vertx.core.Vertx;
import java.util.Optional;

/**
 * What modules are built from.
 *
 * @param state present when the data plane is among them
 * @param instanceId names this process to others and in the records
 */
record Wiring(
        Vertx vertx, Bus bus, Configuration configuration, Optional<StateConfiguration> state, String instanceId) {}
