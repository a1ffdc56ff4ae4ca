package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Lineage;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.ForkOrigin;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.LoadLifetimeRequest;
import io.ticktock.proto.v1.LoadLifetimeResponse;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.Started;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** Folds a lifetime from its stored events; a fork's begin with those that it shares. */
final class LifetimeLoader {

    /**
     * A folded lifetime, and the signals that wait for it.
     *
     * @param headSeq of which event its stored head is
     * @param parked whether that says so
     */
    record Loaded(LifetimeState state, long headSeq, boolean parked, List<Signal> signals) {}

    private final Bus bus;
    private final GraphCatalog graphs;

    LifetimeLoader(Bus bus, GraphCatalog graphs) {
        this.bus = bus;
        this.graphs = graphs;
    }

    /** Fails with NOT_FOUND when the tenant has no such lifetime, with FAILED_PRECONDITION when it is set aside. */
    Future<Loaded> load(LifetimeKey key) {
        return page(key, 0).compose(first -> {
            String quarantine = first.getLifetime().getQuarantine();
            return quarantine.isEmpty() ? fold(key, first) : Future.failedFuture(Quarantine.refusal(quarantine));
        });
    }

    /** The signals that wait for a lifetime whose events up to this one are known. */
    Future<List<Signal>> signals(LifetimeKey key, long knownSeq) {
        return page(key, knownSeq).map(LoadLifetimeResponse::getSignalsList);
    }

    private Future<Loaded> fold(LifetimeKey key, LoadLifetimeResponse first) {
        AgentLifetime head = first.getLifetime();
        return graphs.graph(head.getGraph())
                .compose(graph -> beginning(head, graph, startedOf(first)))
                .compose(state -> foldPages(key, state, first))
                .map(state -> new Loaded(state, head.getLastSeq(), head.getParked(), first.getSignalsList()));
    }

    /** The state that a lifetime's own events begin with: empty, or what a fork shares with its ancestors. */
    Future<LifetimeState> beginning(AgentLifetime lifetime, AgentGraph graph, Started started) {
        LifetimeState state = new LifetimeState(lifetime.getTenantId(), lifetime.getLifetimeId(), graph);
        return started.hasFork() ? inherit(state, started.getFork()).map(state) : Future.succeededFuture(state);
    }

    private Future<LifetimeState> foldPages(LifetimeKey key, LifetimeState state, LoadLifetimeResponse page) {
        page.getEventsList().forEach(state::apply);
        return page.getMore()
                ? page(key, state.lastSeq()).compose(next -> foldPages(key, state, next))
                : Future.succeededFuture(state);
    }

    /**
     * Lets the state inherit the log up to this point; succeeds with the lifetimes that hold it, the nearest first.
     * FAILED_PRECONDITION when they are more than {@link Lineage#MOST_ANCESTORS}.
     */
    Future<List<String>> inherit(LifetimeState state, ForkOrigin origin) {
        return inherit(state, origin, 1);
    }

    /** The oldest log comes first, and each up to where the next one goes on from it. */
    private Future<List<String>> inherit(LifetimeState state, ForkOrigin origin, int depth) {
        if (depth > Lineage.MOST_ANCESTORS) {
            return Future.failedFuture(new Failure(
                    FailureCode.FAILED_PRECONDITION,
                    "forks of forks go at most " + Lineage.MOST_ANCESTORS + " deep; fork an earlier lifetime"));
        }
        LifetimeKey ancestor = keyOf(state.tenantId(), origin.getLifetimeId());
        return page(ancestor, 0).compose(first -> {
            Started started = startedOf(first);
            Future<List<String>> older = started.hasFork()
                    ? inherit(state, started.getFork(), depth + 1)
                    : Future.succeededFuture(List.of());
            return older.compose(lineage -> inheritPages(ancestor, state, first, origin.getSeq())
                    .map(inherited -> nearestFirst(origin.getLifetimeId(), lineage)));
        });
    }

    private Future<Void> inheritPages(LifetimeKey ancestor, LifetimeState state, LoadLifetimeResponse page, long upTo) {
        for (LifetimeEvent event : page.getEventsList()) {
            if (event.getSeq() <= upTo) {
                state.inherit(event);
            }
        }
        long last = lastSeq(page);
        return page.getMore() && last < upTo
                ? page(ancestor, last).compose(next -> inheritPages(ancestor, state, next, upTo))
                : Future.succeededFuture();
    }

    private static List<String> nearestFirst(String nearest, List<String> older) {
        List<String> lineage = new ArrayList<>(older.size() + 1);
        lineage.add(nearest);
        lineage.addAll(older);
        return lineage;
    }

    static LifetimeKey keyOf(String tenantId, String lifetimeId) {
        return LifetimeKey.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(lifetimeId)
                .build();
    }

    static long lastSeq(LoadLifetimeResponse page) {
        return page.getEvents(page.getEventsCount() - 1).getSeq();
    }

    /** What a lifetime was started as, from the first page of its log. */
    static Started startedOf(LoadLifetimeResponse first) {
        return first.getEvents(0).getStarted();
    }

    /** A lifetime's head and a page of its log; fails with NOT_FOUND when the tenant has no such lifetime. */
    Future<LoadLifetimeResponse> page(LifetimeKey key, long afterSeq) {
        return bus.request(
                Addresses.STATE_LOAD_LIFETIME,
                LoadLifetimeRequest.newBuilder()
                        .setTenantId(key.getTenantId())
                        .setLifetimeId(key.getLifetimeId())
                        .setAfterSeq(afterSeq)
                        .build());
    }
}
