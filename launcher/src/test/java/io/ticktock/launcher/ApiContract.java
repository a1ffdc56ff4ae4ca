package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What the running program says of its routes, and whether requests and answers are so. */
final class ApiContract {

    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

    private final JsonNode document;

    /** @param document as it is served */
    ApiContract(JsonNode document) {
        this.document = document;
    }

    /** @param body not looked at when it is empty or no JSON is promised */
    void requireAnswer(String method, String path, int status, byte[] body) {
        JsonNode operation = operation(method, path);
        if (operation.isMissingNode()) {
            assertTrue(status == 404 || status == 405, () -> method + " " + path + " is in no contract");
            return;
        }
        JsonNode responses = operation.get("responses");
        JsonNode promised = responses.path(Integer.toString(status));
        JsonNode response = resolved(promised.isMissingNode() && status >= 400 ? responses.get("default") : promised);
        assertTrue(!response.isMissingNode(), () -> method + " " + path + " promises no " + status);
        response.path("content").properties().stream()
                .filter(content -> content.getKey().endsWith("json"))
                .forEach(content ->
                        require(method + " " + path, content.getValue().get("schema"), body));
    }

    /** Of a request that was taken. */
    void requireRequest(String method, String path, byte[] body) {
        JsonNode schema = resolved(operation(method, path).path("requestBody")).at("/content/application~1json/schema");
        if (!schema.isMissingNode() && body.length > 0 && body[0] == '{') {
            require(method + " " + path, schema, body);
        }
    }

    private JsonNode operation(String method, String path) {
        String plain = path.replaceAll("\\?.*", "");
        for (Map.Entry<String, JsonNode> known : document.get("paths").properties()) {
            if (plain.matches(known.getKey().replaceAll("\\{[a-z]+}", "[^/:]+"))) {
                return known.getValue().path(method.toLowerCase(Locale.ROOT));
            }
        }
        return document.path("nowhere");
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
    }

    private void require(String what, JsonNode schema, byte[] body) {
        ObjectNode whole = schema.deepCopy();
        whole.set("components", document.get("components"));
        JsonSchema compiled = SCHEMAS.getSchema(whole);
        Set<ValidationMessage> faults = compiled.validate(Json.parse(body).orElseThrow(() -> new AssertionError(what)));
        assertEquals(Set.of(), faults, what);
    }
}
