package io.ticktock.state;

import io.ticktock.graph.SemanticVersion;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.ListGraphVersionsRequest;
import io.ticktock.proto.v1.ListGraphVersionsResponse;
import io.ticktock.proto.v1.ListGraphsRequest;
import io.ticktock.proto.v1.ListGraphsResponse;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Graphs and their versions as every store lists them. */
public final class GraphVersions {

    /** Of two that differ in build metadata only, which does not count, always the same one. */
    public static final Comparator<String> ORDER =
            Comparator.comparing(GraphVersions::parse).thenComparing(Comparator.naturalOrder());

    private GraphVersions() {}

    /** Throws INVALID_ARGUMENT when the text is no semantic version. */
    public static SemanticVersion parse(String version) {
        return SemanticVersion.parse(version)
                .orElseThrow(() -> Refusal.invalid("version must be a semantic version such as 1.0.0"));
    }

    /** By precedence. */
    public static Optional<String> highest(Collection<String> versions) {
        return versions.stream().max(ORDER);
    }

    /** The names that are there, of each the highest version. */
    public static ListGraphsResponse page(ListGraphsRequest request, List<GraphReference> byName) {
        ListGraphsResponse.Builder page = ListGraphsResponse.newBuilder().addAllGraphs(byName);
        if (byName.size() == size(request)) {
            page.setNextPageToken(
                    Pages.token(list(request), byName.get(byName.size() - 1).getName()));
        }
        return page.build();
    }

    public static int size(ListGraphsRequest request) {
        return Pages.size(request.getPageSize());
    }

    /** The name behind which the page begins. */
    public static String place(ListGraphsRequest request) {
        return Pages.place(list(request), request.getPageToken()).orElse("");
    }

    private static ListGraphsRequest list(ListGraphsRequest request) {
        return request.toBuilder().clearPageSize().clearPageToken().build();
    }

    /** @param all versions of the graph, in any order */
    public static ListGraphVersionsResponse page(ListGraphVersionsRequest request, Collection<GraphReference> all) {
        ListGraphVersionsRequest list =
                request.toBuilder().clearPageSize().clearPageToken().build();
        int size = Pages.size(request.getPageSize());
        Optional<String> place = Pages.place(list, request.getPageToken());
        if (place.isPresent() && SemanticVersion.parse(place.get()).isEmpty()) {
            throw Pages.badToken();
        }
        List<GraphReference> graphs = all.stream()
                .filter(graph -> place.isEmpty() || ORDER.compare(graph.getVersion(), place.get()) < 0)
                .sorted(Comparator.comparing(GraphReference::getVersion, ORDER.reversed()))
                .limit(size)
                .toList();
        ListGraphVersionsResponse.Builder page =
                ListGraphVersionsResponse.newBuilder().addAllGraphs(graphs);
        if (graphs.size() == size) {
            page.setNextPageToken(Pages.token(list, graphs.get(size - 1).getVersion()));
        }
        return page.build();
    }
}
