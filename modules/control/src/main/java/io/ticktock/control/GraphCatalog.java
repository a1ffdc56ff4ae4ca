package io.ticktock.control;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GetGraphResponse;
import io.ticktock.proto.v1.GraphReference;
import io.vertx.core.Future;

/** Registered graphs, parsed; a version never changes, so it is kept as long as there is room. */
final class GraphCatalog {

    private static final int ROOM = 1_000;

    private final Bus bus;
    private final Cache<GraphReference, AgentGraph> parsed =
            Caffeine.newBuilder().maximumSize(ROOM).build();

    GraphCatalog(Bus bus) {
        this.bus = bus;
    }

    /** The graph of this reference; fails with NOT_FOUND when it is not registered. */
    Future<AgentGraph> graph(GraphReference reference) {
        AgentGraph known = parsed.getIfPresent(reference);
        return known != null
                ? Future.succeededFuture(known)
                : find(reference.getTenantId(), reference.getName(), reference.getVersion());
    }

    /** The graph of this name and version (empty: the highest); fails with NOT_FOUND when there is none. */
    Future<AgentGraph> find(String tenantId, String name, String version) {
        return bus.request(
                        Addresses.STATE_GET_GRAPH,
                        GetGraphRequest.newBuilder()
                                .setTenantId(tenantId)
                                .setName(name)
                                .setVersion(version)
                                .build())
                .map(this::parse);
    }

    static GraphReference referenceOf(AgentGraph graph) {
        return GraphReference.newBuilder()
                .setTenantId(graph.tenantId())
                .setName(graph.name())
                .setVersion(graph.version())
                .setDigest(graph.digest())
                .build();
    }

    private AgentGraph parse(GetGraphResponse response) {
        GraphReference reference = response.getGraph();
        return parsed.get(
                reference,
                key -> GraphParser.parse(key.getName(), response.getCanonical().toByteArray(), key.getTenantId()));
    }
}
