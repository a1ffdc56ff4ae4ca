package io.ticktock.launcher;

import static io.ticktock.bus.Addresses.STATE_GET_GRAPH;

import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GraphReference;
import java.util.LinkedHashMap;
import java.util.Map;

/** Graphs of any tenant, as they were registered. Keeps those that were asked for last; for one thread. */
final class RegisteredGraphs {

    private static final int MOST_KEPT = 200;

    private final Client client;
    private final Map<GraphReference, AgentGraph> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<GraphReference, AgentGraph> eldest) {
            return size() > MOST_KEPT;
        }
    };

    RegisteredGraphs(Client client) {
        this.client = client;
    }

    /** Fails with NOT_FOUND when there is no such graph. */
    AgentGraph get(GraphReference reference) {
        return kept.computeIfAbsent(reference, this::read);
    }

    private AgentGraph read(GraphReference reference) {
        GetGraphRequest request = GetGraphRequest.newBuilder()
                .setTenantId(reference.getTenantId())
                .setName(reference.getName())
                .setVersion(reference.getVersion())
                .build();
        byte[] canonical = client.ask(STATE_GET_GRAPH, request).getCanonical().toByteArray();
        return GraphParser.parse(reference.getName(), canonical, reference.getTenantId());
    }
}
