package io.ticktock.testkit;

import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GetGraphResponse;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.ListGraphVersionsRequest;
import io.ticktock.proto.v1.ListGraphVersionsResponse;
import io.ticktock.proto.v1.ListGraphsRequest;
import io.ticktock.proto.v1.ListGraphsResponse;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.proto.v1.RegisterGraphResponse;
import io.ticktock.state.Checks;
import io.ticktock.state.GraphVersions;
import io.ticktock.state.Refusal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The graphs of an {@link InMemoryStateStore}. */
final class InMemoryGraphs {

    /** Of each tenant by name and version. */
    private final Map<String, TreeMap<String, Map<String, RegisterGraphRequest>>> graphs = new HashMap<>();

    RegisterGraphResponse register(RegisterGraphRequest request) {
        GraphReference graph = request.getGraph();
        GraphVersions.parse(graph.getVersion());
        RegisterGraphRequest earlier = graphs.computeIfAbsent(
                        Checks.tenant(graph.getTenantId()), none -> new TreeMap<>())
                .computeIfAbsent(graph.getName(), none -> new HashMap<>())
                .putIfAbsent(graph.getVersion(), request);
        if (earlier != null && !earlier.getGraph().getDigest().equals(graph.getDigest())) {
            throw Refusal.otherGraph(graph);
        }
        return RegisterGraphResponse.newBuilder().setCreated(earlier == null).build();
    }

    GetGraphResponse get(GetGraphRequest request) {
        Map<String, RegisterGraphRequest> versions =
                of(request.getTenantId()).getOrDefault(request.getName(), Map.of());
        Optional<String> version = request.getVersion().isEmpty()
                ? GraphVersions.highest(versions.keySet())
                : Optional.of(request.getVersion());
        return version.map(versions::get)
                .map(found -> GetGraphResponse.newBuilder()
                        .setGraph(found.getGraph())
                        .setCanonical(found.getCanonical())
                        .build())
                .orElseThrow(() -> Refusal.noGraph(request));
    }

    ListGraphsResponse list(ListGraphsRequest request) {
        List<GraphReference> highest =
                of(request.getTenantId()).tailMap(GraphVersions.place(request), false).values().stream()
                        .limit(GraphVersions.size(request))
                        .map(InMemoryGraphs::highest)
                        .toList();
        return GraphVersions.page(request, highest);
    }

    private static GraphReference highest(Map<String, RegisterGraphRequest> versions) {
        return versions.get(GraphVersions.highest(versions.keySet()).orElseThrow())
                .getGraph();
    }

    ListGraphVersionsResponse listVersions(ListGraphVersionsRequest request) {
        Map<String, RegisterGraphRequest> versions =
                of(request.getTenantId()).getOrDefault(request.getName(), Map.of());
        if (versions.isEmpty()) {
            throw Refusal.noGraph(request.getName());
        }
        return GraphVersions.page(
                request,
                versions.values().stream().map(RegisterGraphRequest::getGraph).toList());
    }

    private NavigableMap<String, Map<String, RegisterGraphRequest>> of(String tenantId) {
        return graphs.getOrDefault(Checks.tenant(tenantId), new TreeMap<>());
    }
}
