package io.ticktock.guardrail;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** Serves the recomputation of what policies said alone: for who wants to look back without any policies in force. */
public final class RecomputationVerticle extends VerticleBase {

    private final Bus bus;
    private final GuardrailConfiguration configuration;

    public RecomputationVerticle(Bus bus, GuardrailConfiguration configuration) {
        this.bus = bus;
        this.configuration = configuration;
    }

    @Override
    public Future<?> start() {
        Recomputation recomputation = new Recomputation(
                vertx, new PolicyArchive(bus), new ContentReader(bus, configuration.maxContentBytes()));
        return bus.serve(Addresses.GUARDRAIL_RECOMPUTE, recomputation::recompute);
    }
}
