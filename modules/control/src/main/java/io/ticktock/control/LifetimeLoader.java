package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.LoadLifetimeRequest;
import io.ticktock.proto.v1.LoadLifetimeResponse;
import io.ticktock.proto.v1.Signal;
import io.vertx.core.Future;
import java.util.List;

/** Folds a lifetime from its stored events. */
final class LifetimeLoader {

    /** A folded lifetime, whether its stored head says parked, and the signals that wait for it. */
    record Loaded(LifetimeState state, boolean parked, List<Signal> signals) {}

    private final Bus bus;
    private final GraphCatalog graphs;

    LifetimeLoader(Bus bus, GraphCatalog graphs) {
        this.bus = bus;
        this.graphs = graphs;
    }

    /** Fails with NOT_FOUND when the tenant has no such lifetime. */
    Future<Loaded> load(LifetimeKey key) {
        return page(key, 0).compose(first -> fold(key, first));
    }

    /** The signals that wait for a lifetime whose events up to this one are known. */
    Future<List<Signal>> signals(LifetimeKey key, long knownSeq) {
        return page(key, knownSeq).map(LoadLifetimeResponse::getSignalsList);
    }

    private Future<Loaded> fold(LifetimeKey key, LoadLifetimeResponse first) {
        if (!first.hasLifetime()) {
            return Future.failedFuture(
                    new Failure(FailureCode.NOT_FOUND, "there is no lifetime " + key.getLifetimeId()));
        }
        return graphs.graph(first.getLifetime().getGraph())
                .map(graph -> state(first.getLifetime(), graph))
                .compose(state -> foldPages(key, state, first))
                .map(state -> new Loaded(state, first.getLifetime().getParked(), first.getSignalsList()));
    }

    private static LifetimeState state(AgentLifetime head, AgentGraph graph) {
        return new LifetimeState(head.getTenantId(), head.getLifetimeId(), graph);
    }

    private Future<LifetimeState> foldPages(LifetimeKey key, LifetimeState state, LoadLifetimeResponse page) {
        page.getEventsList().forEach(state::apply);
        return page.getMore()
                ? page(key, state.lastSeq()).compose(next -> foldPages(key, state, next))
                : Future.succeededFuture(state);
    }

    private Future<LoadLifetimeResponse> page(LifetimeKey key, long afterSeq) {
        return bus.request(
                Addresses.STATE_LOAD_LIFETIME,
                LoadLifetimeRequest.newBuilder()
                        .setTenantId(key.getTenantId())
                        .setLifetimeId(key.getLifetimeId())
                        .setAfterSeq(afterSeq)
                        .build());
    }
}
