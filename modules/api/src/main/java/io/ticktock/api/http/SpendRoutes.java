package io.ticktock.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.api.operation.SpendOperations;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.GetSpendRequest;
import io.ticktock.proto.v1.GetSpendResponse;
import io.ticktock.proto.v1.SpendGrouping;
import io.ticktock.proto.v1.SpendRow;
import io.vertx.core.Future;
import java.math.BigInteger;
import java.util.List;

/** The route of what was spent. */
final class SpendRoutes {

    private final SpendOperations spend;

    SpendRoutes(SpendOperations spend) {
        this.spend = spend;
    }

    List<HttpRoute> routes() {
        return List.of(HttpRoute.get("/v1/spend", "Adds up executions, tokens and cost over all records.", this::get));
    }

    private Future<HttpAnswer> get(HttpCall call) {
        call.requireQuery("by", "graph", "since", "until");
        GetSpendRequest.Builder request = GetSpendRequest.newBuilder()
                .setBy(grouping(call.query("by").orElse("graph")))
                .setGraphName(call.query("graph").orElse(""));
        call.time("since").map(ProtoTime::timestamp).ifPresent(request::setSince);
        call.time("until").map(ProtoTime::timestamp).ifPresent(request::setUntil);
        return call.perform(spend.get, request.build()).map(SpendRoutes::shown);
    }

    private static SpendGrouping grouping(String word) {
        return switch (word) {
            case "tenant" -> SpendGrouping.SPEND_GROUPING_TENANT;
            case "graph" -> SpendGrouping.SPEND_GROUPING_GRAPH;
            case "version" -> SpendGrouping.SPEND_GROUPING_VERSION;
            case "node" -> SpendGrouping.SPEND_GROUPING_NODE;
            default -> throw JsonBody.invalid("by must be tenant, graph, version or node, not '" + word + "'");
        };
    }

    private static HttpAnswer shown(GetSpendResponse spend) {
        ObjectNode json = JsonText.object();
        ArrayNode rows = json.putArray("rows");
        spend.getRowsList().forEach(row -> rows.add(json(row)));
        json.set("total", json(spend.getTotal()));
        json.put("more", spend.getMore());
        return HttpAnswer.ok(json);
    }

    private static ObjectNode json(SpendRow row) {
        ObjectNode json = JsonText.object();
        putUnlessEmpty(json, "tenant", row.getTenantId());
        putUnlessEmpty(json, "graph", row.getGraphName());
        putUnlessEmpty(json, "version", row.getGraphVersion());
        putUnlessEmpty(json, "node", row.getNodeId());
        json.put("executions", row.getExecutions());
        json.put("tokens_used", new BigInteger(row.getTokensUsed()));
        json.put("cost_micros", new BigInteger(row.getCostMicros()));
        return json;
    }

    private static void putUnlessEmpty(ObjectNode json, String field, String value) {
        if (!value.isEmpty()) {
            json.put(field, value);
        }
    }
}
