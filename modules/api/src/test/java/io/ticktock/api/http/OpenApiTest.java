package io.ticktock.api.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ticktock.api.ApiLimits;
import io.ticktock.api.event.EventFeed;
import io.ticktock.api.event.FeedBounds;
import io.ticktock.api.operation.Operations;
import io.ticktock.api.webhook.WebhookConfiguration;
import io.ticktock.api.worker.GatewayBounds;
import io.ticktock.api.worker.WorkerGateway;
import io.ticktock.bus.Bus;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenApiTest {

    private final Vertx vertx = Vertx.vertx();
    private final JsonNode document = OpenApi.document();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void everyRouteIsInTheContractAndNothingElse() {
        TreeSet<String> routes = new TreeSet<>();
        for (HttpRoute route : HttpApi.routes(operations(), () -> "")) {
            routes.add(route.method() + " " + route.path() + ": " + route.summary());
        }
        TreeSet<String> promised = new TreeSet<>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(method -> promised.add(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey()
                                + ": " + method.getValue().get("summary").asText())));
        assertEquals(String.join("\n", routes), String.join("\n", promised));
    }

    private Operations operations() {
        Bus bus = new Bus(vertx);
        return Operations.over(
                vertx,
                bus,
                new EventFeed(vertx, bus, FeedBounds.STANDARD),
                new WorkerGateway(vertx, bus, "gateway", GatewayBounds.STANDARD),
                ApiLimits.standard(),
                WebhookConfiguration.standard());
    }

    @Test
    void whatItRefersToIsThere() {
        List<String> references = new ArrayList<>();
        collect(document, references);
        assertTrue(references.size() > 50);
        for (String reference : references) {
            assertTrue(!document.at(reference.substring(1)).isMissingNode(), reference);
        }
    }

    private static void collect(JsonNode node, List<String> references) {
        if (node.has("$ref")) {
            references.add(node.get("$ref").asText());
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            collect(field.getValue(), references);
        }
        if (node.isArray()) {
            node.forEach(item -> collect(item, references));
        }
    }
}
