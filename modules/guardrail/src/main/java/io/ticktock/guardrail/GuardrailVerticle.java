package io.ticktock.guardrail;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** Serves verdicts and admissions on the bus. */
public final class GuardrailVerticle extends VerticleBase {

    private final Bus bus;
    private final GuardrailEngine engine;

    public GuardrailVerticle(Bus bus, GuardrailEngine engine) {
        this.bus = bus;
        this.engine = engine;
    }

    @Override
    public Future<?> start() {
        return Future.all(
                bus.serve(Addresses.GUARDRAIL_VERDICT, request -> Future.succeededFuture(engine.verdict(request))),
                bus.serve(Addresses.GUARDRAIL_ADMIT, request -> Future.succeededFuture(engine.admit(request))));
    }
}
