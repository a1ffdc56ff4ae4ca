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
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;

/**
 * Registered graphs, parsed. A version never changes, so it is kept as long as there is room. Parsing compiles every
 * expression, which would hold up the event loop, and with it all lifetimes and the renewal of their lease.
 */
final class GraphCatalog {

    /** What a parsed graph takes in memory for each byte of its text, roughly. */
    private static final int BYTES_PER_BYTE = 50;

    private static final long MOST_BYTES = 64L << 20;

    private record Version(String tenantId, String name, String version) {}

    private final Vertx vertx;
    private final Bus bus;
    private final Map<Version, Future<AgentGraph>> parsing = new HashMap<>();
    private final Cache<Version, AgentGraph> parsed = Caffeine.newBuilder()
            .maximumWeight(MOST_BYTES)
            .<Version, AgentGraph>weigher(
                    (version, graph) -> BYTES_PER_BYTE * graph.canonical().length())
            .build();

    GraphCatalog(Vertx vertx, Bus bus) {
        this.vertx = vertx;
        this.bus = bus;
    }

    /** The graph of this reference; fails with NOT_FOUND when it is not registered. */
    Future<AgentGraph> graph(GraphReference reference) {
        return find(reference.getTenantId(), reference.getName(), reference.getVersion());
    }

    /** The graph of this name and version (empty: the highest); fails with NOT_FOUND when there is none. */
    Future<AgentGraph> find(String tenantId, String name, String version) {
        AgentGraph known = parsed.getIfPresent(new Version(tenantId, name, version));
        if (known != null) {
            return Future.succeededFuture(known);
        }
        GetGraphRequest request = GetGraphRequest.newBuilder()
                .setTenantId(tenantId)
                .setName(name)
                .setVersion(version)
                .build();
        return bus.request(Addresses.STATE_GET_GRAPH, request).compose(this::parsedOnce);
    }

    static GraphReference referenceOf(AgentGraph graph) {
        return GraphReference.newBuilder()
                .setTenantId(graph.tenantId())
                .setName(graph.name())
                .setVersion(graph.version())
                .setDigest(graph.digest())
                .build();
    }

    private Future<AgentGraph> parsedOnce(GetGraphResponse response) {
        GraphReference reference = response.getGraph();
        Version version = new Version(reference.getTenantId(), reference.getName(), reference.getVersion());
        AgentGraph known = parsed.getIfPresent(version);
        if (known != null) {
            return Future.succeededFuture(known);
        }
        Future<AgentGraph> underWay = parsing.get(version);
        return underWay != null ? underWay : parseAside(version, response);
    }

    private Future<AgentGraph> parseAside(Version version, GetGraphResponse response) {
        Future<AgentGraph> parse = vertx.executeBlocking(() -> parse(response), false);
        parsing.put(version, parse);
        return parse.onSuccess(graph -> parsed.put(version, graph)).onComplete(done -> parsing.remove(version));
    }

    private static AgentGraph parse(GetGraphResponse response) {
        GraphReference reference = response.getGraph();
        return GraphParser.parse(reference.getName(), response.getCanonical().toByteArray(), reference.getTenantId());
    }
}
