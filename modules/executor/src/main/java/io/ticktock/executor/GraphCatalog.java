package io.ticktock.executor;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GetGraphResponse;
import io.ticktock.proto.v1.GraphReference;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Graphs with their compiled expressions, read from the data plane once and kept. */
final class GraphCatalog {

    /** What a graph with its compiled expressions takes in memory for each byte of its text, roughly. */
    private static final int BYTES_PER_BYTE = 50;

    private static final long MAX_BYTES = 256L << 20;

    private final Vertx vertx;
    private final Bus bus;
    private final Repeater repeater;
    private final ReadCache<Key, Key, AgentGraph> graphs =
            new ReadCache<>(MAX_BYTES, GraphCatalog::weightBytes, key -> key);

    private record Key(String tenantId, String digest) {}

    GraphCatalog(Vertx vertx, Bus bus, Repeater repeater) {
        this.vertx = vertx;
        this.bus = bus;
        this.repeater = repeater;
    }

    /** The graph that the attempt is of. */
    Future<AgentGraph> graph(HeldAttempt attempt) {
        GraphReference reference = attempt.headers().getGraph();
        Key key = new Key(attempt.tenantId(), reference.getDigest());
        return repeater.repeat(() -> graphs.get(key, missing -> read(reference)), () -> !attempt.isCancelled());
    }

    private Future<AgentGraph> read(GraphReference reference) {
        GetGraphRequest request = GetGraphRequest.newBuilder()
                .setTenantId(reference.getTenantId())
                .setName(reference.getName())
                .setVersion(reference.getVersion())
                .build();
        return bus.request(Addresses.STATE_GET_GRAPH, request)
                .compose(reply -> vertx.executeBlocking(() -> parse(reply), false))
                .compose(graph -> graph.digest().equals(reference.getDigest())
                        ? Future.succeededFuture(graph)
                        : Future.failedFuture(AttemptFailure.permanent(
                                "graph_mismatch",
                                "graph " + reference.getName() + " " + reference.getVersion()
                                        + " is registered with another content than the lifetime was started with")));
    }

    private static AgentGraph parse(GetGraphResponse reply) {
        return GraphParser.parse(
                reply.getGraph().getName() + ".json",
                reply.getCanonical().toByteArray(),
                reply.getGraph().getTenantId());
    }

    private static int weightBytes(AgentGraph graph) {
        return BYTES_PER_BYTE * graph.canonical().length();
    }
}
