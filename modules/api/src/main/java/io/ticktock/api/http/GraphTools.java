package io.ticktock.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.api.operation.GraphOperations;
import io.ticktock.api.operation.LifetimeOperations;
import io.ticktock.bus.tenant.Places;
import io.ticktock.bus.tenant.Places.Place;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GetGraphResponse;
import io.ticktock.proto.v1.GetLifetimeRequest;
import io.ticktock.proto.v1.GetLifetimeResponse;
import io.ticktock.proto.v1.GetOutputRequest;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.ListGraphsRequest;
import io.ticktock.proto.v1.ListGraphsResponse;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Graphs as tools: a call starts a lifetime, and waits for its end for a while. */
final class GraphTools {

    /** No graph can be called so. */
    static final String GET_LIFETIME = "_get_lifetime";

    private static final int PAGE = 50;
    private static final int NOT_FOUND = 404;
    private static final Duration USUAL_WAIT = Duration.ofSeconds(30);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final long FIRST_LOOK_MS = 20;
    private static final long LONGEST_PAUSE_MS = 1_000;

    /** More, and more than a tenant's part of them, are answered without waiting. */
    private static final int MOST_WAITING = 256;

    private static final String GRAPH_SCHEMA = """
            {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "input": {"description": "What the graph gets."},
                "wait": {
                  "description": "How long to wait for the output: a number of seconds, at most 60; true for 30, false for not at all.",
                  "type": ["boolean", "number"],
                  "minimum": 0,
                  "maximum": 60,
                  "default": true
                },
                "version": {"description": "Of the graph; the highest when left out.", "type": "string"},
                "idempotency_key": {
                  "description": "The same call with the same key again starts nothing, and tells of what the first one started.",
                  "type": "string",
                  "maxLength": 255
                }
              }
            }
            """;

    private static final String LIFETIME_SCHEMA = """
            {
              "type": "object",
              "additionalProperties": false,
              "required": ["lifetime_id"],
              "properties": {"lifetime_id": {"type": "string", "format": "uuid"}}
            }
            """;

    private final GraphOperations graphs;
    private final LifetimeOperations lifetimes;
    private final Places waiting = new Places(MOST_WAITING);

    GraphTools(GraphOperations graphs, LifetimeOperations lifetimes) {
        this.graphs = graphs;
        this.lifetimes = lifetimes;
    }

    Future<ObjectNode> list(HttpCall call, ObjectNode params) {
        ListGraphsRequest request = ListGraphsRequest.newBuilder()
                .setPageSize(PAGE)
                .setPageToken(params.path("cursor").asText())
                .build();
        return call.perform(graphs.list, request)
                .compose(page -> described(call, page)
                        .map(found ->
                                list(page, found, params.path("cursor").asText().isEmpty())));
    }

    private Future<List<GetGraphResponse>> described(HttpCall call, ListGraphsResponse page) {
        List<Future<GetGraphResponse>> found = new ArrayList<>();
        for (GraphReference graph : page.getGraphsList()) {
            found.add(call.perform(
                    graphs.get,
                    GetGraphRequest.newBuilder()
                            .setName(graph.getName())
                            .setVersion(graph.getVersion())
                            .build()));
        }
        return Future.all(found).map(all -> all.<GetGraphResponse>list());
    }

    private static ObjectNode list(ListGraphsResponse page, List<GetGraphResponse> found, boolean isFirst) {
        ObjectNode result = JsonText.object();
        ArrayNode tools = result.putArray("tools");
        if (isFirst) {
            tools.add(tool(
                    GET_LIFETIME,
                    "Tells how a lifetime stands, and its output once it has one.",
                    LIFETIME_SCHEMA,
                    true));
        }
        found.forEach(graph -> tools.add(tool(graph.getGraph().getName(), description(graph), GRAPH_SCHEMA, false)));
        if (!page.getNextPageToken().isEmpty()) {
            result.put("nextCursor", page.getNextPageToken());
        }
        return result;
    }

    private static String description(GetGraphResponse found) {
        String own = JsonText.value(found.getCanonical().toByteArray())
                .map(graph -> graph.path("description").asText())
                .orElse("");
        String starts = "Starts a lifetime of the graph " + found.getGraph().getName() + ", version "
                + found.getGraph().getVersion() + " unless another one is asked for.";
        return own.isBlank() ? starts : own + "\n\n" + starts;
    }

    private static ObjectNode tool(String name, String description, String schema, boolean isReading) {
        ObjectNode tool = JsonText.object();
        tool.put("name", name).put("description", description);
        tool.set("inputSchema", JsonText.object(schema.getBytes(StandardCharsets.UTF_8)));
        tool.putObject("annotations").put("readOnlyHint", isReading);
        return tool;
    }

    /** What an operation refuses for what it was asked is a result that tells so; what another try may change is not. */
    Future<ObjectNode> call(HttpCall call, ObjectNode params) {
        String name = params.path("name").asText();
        JsonNode given = params.path("arguments");
        if (!(given.isMissingNode() || given.isObject())) {
            throw new RpcMessage.Fault(RpcMessage.INVALID_PARAMS, "arguments must be an object");
        }
        byte[] arguments = JsonText.bytes(given.isObject() ? given : JsonText.object());
        return Future.succeededFuture(arguments)
                .compose(body -> name.equals(GET_LIFETIME) ? lifetime(call, body) : start(call, name, body))
                .recover(cause -> refused(name, cause));
    }

    private static Future<ObjectNode> refused(String name, Throwable cause) {
        Problem problem = Problem.of(cause);
        if (problem.status() == NOT_FOUND && !name.equals(GET_LIFETIME)) {
            throw new RpcMessage.Fault(RpcMessage.INVALID_PARAMS, "there is no such tool, or not in this version");
        }
        boolean isForOthers = problem.status() >= 500 || problem.retryAfterS() > 0;
        return isForOthers ? Future.failedFuture(cause) : Future.succeededFuture(result(problem.json(), true));
    }

    private Future<ObjectNode> lifetime(HttpCall call, byte[] arguments) {
        JsonBody body = JsonBody.of(arguments, "lifetime_id");
        return find(call, body.requiredText("lifetime_id")).compose(found -> shown(call, found));
    }

    private Future<ObjectNode> start(HttpCall call, String graph, byte[] arguments) {
        JsonBody body = JsonBody.of(arguments, "input", "wait", "version", "idempotency_key");
        Duration wait = body.value("wait").map(GraphTools::wait).orElse(USUAL_WAIT);
        StartLifetimeRequest request = StartLifetimeRequest.newBuilder()
                .setGraphName(graph)
                .setGraphVersion(body.text("version").orElse(""))
                .setInput(LifetimeJson.payload(body.value("input").orElse(JsonText.object())))
                .setIdempotencyKey(body.text("idempotency_key").orElse(""))
                .build();
        return call.perform(lifetimes.start, request)
                .compose(started -> await(call, started.getLifetimeId(), wait))
                .compose(found -> shown(call, found));
    }

    private static Duration wait(JsonNode value) {
        if (value.isBoolean()) {
            return value.booleanValue() ? USUAL_WAIT : Duration.ZERO;
        }
        if (value.isNumber() && value.doubleValue() >= 0 && value.doubleValue() <= LONGEST_WAIT.toSeconds()) {
            return Duration.ofMillis(Math.round(value.doubleValue() * 1_000));
        }
        throw JsonBody.invalid(
                "'wait' must be true, false or a number of seconds from 0 to " + LONGEST_WAIT.toSeconds());
    }

    private Future<GetLifetimeResponse> await(HttpCall call, String id, Duration wait) {
        Optional<Place> place =
                wait.isZero() ? Optional.empty() : waiting.take(call.caller().tenantId());
        if (place.isEmpty()) {
            return find(call, id);
        }
        long deadlineNanos = System.nanoTime() + wait.toNanos();
        return look(call, id, deadlineNanos, FIRST_LOOK_MS)
                .onComplete(found -> place.get().leave());
    }

    /** As long as somebody waits for the answer. */
    private static boolean isOver(HttpCall call, GetLifetimeResponse found, long deadlineNanos) {
        return found.getLifetime().getStatus() != LifetimeStatus.LIFETIME_STATUS_RUNNING
                || System.nanoTime() >= deadlineNanos
                || call.isGone();
    }

    private Future<GetLifetimeResponse> look(HttpCall call, String id, long deadlineNanos, long pauseMs) {
        return find(call, id)
                .compose(found -> isOver(call, found, deadlineNanos)
                        ? Future.succeededFuture(found)
                        : call.pause(pauseMs)
                                .compose(later ->
                                        look(call, id, deadlineNanos, Math.min(LONGEST_PAUSE_MS, 2 * pauseMs))));
    }

    private Future<GetLifetimeResponse> find(HttpCall call, String id) {
        return call.perform(
                lifetimes.get, GetLifetimeRequest.newBuilder().setLifetimeId(id).build());
    }

    private Future<ObjectNode> shown(HttpCall call, GetLifetimeResponse found) {
        return output(call, found.getLifetime()).map(output -> {
            ObjectNode json = LifetimeJson.lifetime(found);
            json.set("output", output);
            return result(json, hasFailed(found.getLifetime().getStatus()));
        });
    }

    private static boolean hasFailed(LifetimeStatus status) {
        return status == LifetimeStatus.LIFETIME_STATUS_FAILED || status == LifetimeStatus.LIFETIME_STATUS_ABORTED;
    }

    private Future<JsonNode> output(HttpCall call, AgentLifetime lifetime) {
        if (!lifetime.hasOutput()) {
            return Future.succeededFuture(NullNode.getInstance());
        }
        GetOutputRequest request =
                GetOutputRequest.newBuilder().setOutput(lifetime.getOutput()).build();
        return call.perform(lifetimes.output, request).map(LifetimeJson::output);
    }

    /** As a tree, and as a text for those who do not read trees. */
    private static ObjectNode result(ObjectNode content, boolean isError) {
        ObjectNode result = JsonText.object();
        result.putArray("content")
                .addObject()
                .put("type", "text")
                .put("text", new String(JsonText.bytes(content), StandardCharsets.UTF_8));
        result.set("structuredContent", content);
        return result.put("isError", isError);
    }
}
