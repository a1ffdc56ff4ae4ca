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
        LifetimeLoader loader = new LifetimeLoader(bus, graphs);
        return Future.all(
                bus.serve(Addresses.CONTROL_REPLAY, new LifetimeReplay(vertx, bus, graphs, loader)::replay),
                bus.serve(Addresses.CONTROL_REPLAY_PLANS, new PlansReplay(vertx, bus, graphs, loader)::replay));
    }
}
