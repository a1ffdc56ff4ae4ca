package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** Serves replays alone: for who wants to look at lifetimes without driving any. */
public final class ReplayVerticle extends VerticleBase {

    private final Bus bus;

    public ReplayVerticle(Bus bus) {
        this.bus = bus;
    }

    @Override
    public Future<?> start() {
        GraphCatalog graphs = new GraphCatalog(vertx, bus);
        LifetimeReplay replay = new LifetimeReplay(vertx, bus, graphs, new LifetimeLoader(bus, graphs));
        return bus.serve(Addresses.CONTROL_REPLAY, replay::replay);
    }
}
