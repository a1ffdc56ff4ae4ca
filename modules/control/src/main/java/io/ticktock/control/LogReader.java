package io.ticktock.control;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.LoadLifetimeResponse;
import io.vertx.core.Future;
import java.util.function.Function;

/** Reads the logs of recorded lifetimes for who replays them, a page at a time. For one event loop. */
final class LogReader {

    /** Of each, the lifetime and a page of its log are in memory. */
    private static final int MOST_AT_ONCE = 8;

    /**
     * The log of a recorded lifetime.
     *
     * @param graph that the lifetime is of
     * @param first page of the log, with the lifetime's head
     */
    record Log(LifetimeKey key, AgentGraph graph, LoadLifetimeResponse first) {

        AgentLifetime head() {
            return first.getLifetime();
        }
    }

    private final GraphCatalog graphs;
    private final LifetimeLoader loader;
    private int reading;

    LogReader(GraphCatalog graphs, LifetimeLoader loader) {
        this.graphs = graphs;
        this.loader = loader;
    }

    /** NOT_FOUND when the tenant has no such lifetime, OVERLOADED when many are replayed here already. */
    <T> Future<T> read(String tenantId, String lifetimeId, Function<Log, Future<T>> replay) {
        if (reading >= MOST_AT_ONCE) {
            return Future.failedFuture(new Failure(
                    FailureCode.OVERLOADED, reading + " lifetimes are being replayed here; try again later"));
        }
        reading++;
        return open(LifetimeLoader.keyOf(tenantId, lifetimeId)).compose(replay).onComplete(done -> reading--);
    }

    private Future<Log> open(LifetimeKey key) {
        return loader.page(key, 0)
                .compose(
                        first -> graphs.graph(first.getLifetime().getGraph()).map(graph -> new Log(key, graph, first)));
    }

    /** The state that the log goes on from, as if it were of this graph. */
    Future<LifetimeState> beginning(Log log, AgentGraph graph) {
        return loader.beginning(log.head(), graph, LifetimeLoader.startedOf(log.first()));
    }

    /** Hands over page by page, as long as the answer is that the next one is wanted. */
    Future<Void> forEachPage(Log log, Function<LoadLifetimeResponse, Future<Boolean>> taker) {
        return forEachPage(log.key(), log.first(), taker);
    }

    private Future<Void> forEachPage(
            LifetimeKey key, LoadLifetimeResponse page, Function<LoadLifetimeResponse, Future<Boolean>> taker) {
        return taker.apply(page)
                .compose(wantsMore -> wantsMore && page.getMore()
                        ? loader.page(key, LifetimeLoader.lastSeq(page)).compose(next -> forEachPage(key, next, taker))
                        : Future.succeededFuture());
    }
}
