package io.ticktock.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.ticktock.api.operation.GraphOperations;
import io.ticktock.api.operation.RegisteredGraph;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GetGraphResponse;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.ListGraphVersionsRequest;
import io.ticktock.proto.v1.ListGraphsRequest;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.vertx.core.Future;
import java.util.List;

/** Routes of graphs. The body is the graph file itself, YAML or JSON. */
final class GraphRoutes {

    private static final String GRAPHS = "/v1/graphs";

    private final GraphOperations graphs;

    GraphRoutes(GraphOperations graphs) {
        this.graphs = graphs;
    }

    List<HttpRoute> routes() {
        return List.of(
                HttpRoute.post(GRAPHS, "Registers a graph; the body is its file.", this::register),
                HttpRoute.get(GRAPHS, "Lists graphs by name, with the highest version of each.", this::list),
                HttpRoute.post(GRAPHS + ":validate", "Tells all faults of a graph file.", this::validate),
                HttpRoute.get(
                        GRAPHS + "/{name}/versions", "Lists the versions of a graph, highest first.", this::versions),
                HttpRoute.get(GRAPHS + "/{name}/versions/{version}", "Shows a registered graph.", this::get));
    }

    private Future<HttpAnswer> register(HttpCall call) {
        return call.perform(graphs.register, file(call))
                .map(registered -> HttpAnswer.created(
                        json(registered),
                        GRAPHS + "/" + registered.graph().getName() + "/versions/"
                                + registered.graph().getVersion()));
    }

    private Future<HttpAnswer> validate(HttpCall call) {
        return call.perform(graphs.validate, file(call)).map(registered -> HttpAnswer.ok(json(registered)));
    }

    private static RegisterGraphRequest file(HttpCall call) {
        return RegisterGraphRequest.newBuilder()
                .setCanonical(ByteString.copyFrom(call.body()))
                .build();
    }

    private Future<HttpAnswer> list(HttpCall call) {
        call.requireQuery(JsonPage.SIZE, JsonPage.TOKEN);
        ListGraphsRequest request = ListGraphsRequest.newBuilder()
                .setPageSize(call.pageSize())
                .setPageToken(call.pageToken())
                .build();
        return call.perform(graphs.list, request)
                .map(page -> JsonPage.of("graphs", page.getGraphsList(), GraphRoutes::json, page.getNextPageToken()));
    }

    private Future<HttpAnswer> versions(HttpCall call) {
        call.requireQuery(JsonPage.SIZE, JsonPage.TOKEN);
        ListGraphVersionsRequest request = ListGraphVersionsRequest.newBuilder()
                .setName(call.path("name"))
                .setPageSize(call.pageSize())
                .setPageToken(call.pageToken())
                .build();
        return call.perform(graphs.versions, request)
                .map(page -> JsonPage.of("versions", page.getGraphsList(), GraphRoutes::json, page.getNextPageToken()));
    }

    private Future<HttpAnswer> get(HttpCall call) {
        call.requireQuery();
        GetGraphRequest request = GetGraphRequest.newBuilder()
                .setName(call.path("name"))
                .setVersion(call.path("version"))
                .build();
        return call.perform(graphs.get, request).map(GraphRoutes::shown);
    }

    private static HttpAnswer shown(GetGraphResponse found) {
        ObjectNode json = json(found.getGraph());
        JsonText.value(found.getCanonical().toByteArray()).ifPresent(definition -> json.set("definition", definition));
        return HttpAnswer.ok(json).with("ETag", "\"" + found.getGraph().getDigest() + "\"");
    }

    private static ObjectNode json(RegisteredGraph registered) {
        ObjectNode json = json(registered.graph());
        if (!registered.warnings().isEmpty()) {
            ArrayNode warnings = json.putArray("warnings");
            registered.warnings().forEach(warnings::add);
        }
        return json;
    }

    private static ObjectNode json(GraphReference graph) {
        ObjectNode json = JsonText.object();
        json.put("graph", graph.getName());
        json.put("version", graph.getVersion());
        json.put("digest", graph.getDigest());
        return json;
    }
}
