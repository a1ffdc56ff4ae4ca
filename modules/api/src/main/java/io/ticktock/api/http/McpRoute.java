package io.ticktock.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.api.operation.GraphOperations;
import io.ticktock.api.operation.LifetimeOperations;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The system as a server of the Model Context Protocol over streamable HTTP, whose tools are the caller's graphs. It keeps no
 * sessions and sends nothing that was not asked for, so that each request stands for itself.
 */
final class McpRoute {

    static final String PATH = "/mcp";

    private static final List<String> VERSIONS = List.of("2025-11-25", "2025-06-18", "2025-03-26");
    private static final String VERSION_HEADER = "MCP-Protocol-Version";

    private static final String INSTRUCTIONS =
            "Each tool is a graph: calling it starts a lifetime of the graph. A lifetime that takes longer than the call waits"
                    + " goes on; " + GraphTools.GET_LIFETIME + " tells what became of it.";

    private final GraphTools tools;

    McpRoute(GraphOperations graphs, LifetimeOperations lifetimes) {
        this.tools = new GraphTools(graphs, lifetimes);
    }

    List<HttpRoute> routes() {
        return List.of(
                HttpRoute.post(PATH, "Speaks the Model Context Protocol: graphs are its tools.", call -> answer(call)));
    }

    private Future<HttpAnswer> answer(HttpCall call) {
        call.requireQuery();
        Optional<String> version = call.header(VERSION_HEADER).filter(given -> !VERSIONS.contains(given));
        if (version.isPresent()) {
            throw JsonBody.invalid(VERSION_HEADER + " must be one of " + String.join(", ", VERSIONS));
        }
        RpcMessage message;
        try {
            message = RpcMessage.of(call.body());
        } catch (RpcMessage.Fault fault) {
            return Future.succeededFuture(
                    new HttpAnswer(400, RpcMessage.error(Optional.empty(), fault), Map.of(), Optional.empty()));
        }
        return message.id()
                .map(id -> Future.succeededFuture(message)
                        .compose(request -> result(call, request))
                        .map(result -> HttpAnswer.ok(RpcMessage.result(id, result)))
                        .recover(cause -> cause instanceof RpcMessage.Fault fault
                                ? Future.succeededFuture(HttpAnswer.ok(RpcMessage.error(message.id(), fault)))
                                : Future.failedFuture(cause)))
                .orElseGet(() -> Future.succeededFuture(HttpAnswer.accepted()));
    }

    private Future<ObjectNode> result(HttpCall call, RpcMessage request) {
        return switch (request.method()) {
            case "initialize" -> Future.succeededFuture(initialized(request.params()));
            case "ping" -> Future.succeededFuture(JsonText.object());
            case "tools/list" -> tools.list(call, request.params());
            case "tools/call" -> tools.call(call, request.params());
            default ->
                throw new RpcMessage.Fault(
                        RpcMessage.METHOD_NOT_FOUND,
                        "there is no such method here; there are initialize, ping, tools/list and tools/call");
        };
    }

    /** In the revision that the client asks for, or the newest one. */
    private static ObjectNode initialized(ObjectNode params) {
        String asked = params.path("protocolVersion").asText();
        String build = Optional.ofNullable(McpRoute.class.getPackage().getImplementationVersion())
                .orElse("unknown");
        ObjectNode result = JsonText.object();
        result.put("protocolVersion", VERSIONS.contains(asked) ? asked : VERSIONS.get(0));
        result.putObject("capabilities").putObject("tools");
        result.putObject("serverInfo").put("name", "ticktock").put("version", build);
        result.put("instructions", INSTRUCTIONS);
        return result;
    }
}
