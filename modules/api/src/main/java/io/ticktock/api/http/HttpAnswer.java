package io.ticktock.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a route answers: a status, headers besides those that all have, and JSON. */
record HttpAnswer(int status, JsonNode body, Map<String, String> headers) {

    static HttpAnswer ok(JsonNode body) {
        return new HttpAnswer(200, body, Map.of());
    }

    /** @param location of what was made */
    static HttpAnswer created(JsonNode body, String location) {
        return new HttpAnswer(201, body, Map.of("Location", location));
    }

    static HttpAnswer notModified(String etag) {
        return new HttpAnswer(304, JsonNodeFactory.instance.missingNode(), Map.of("ETag", etag));
    }

    HttpAnswer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new HttpAnswer(status, body, more);
    }
}
