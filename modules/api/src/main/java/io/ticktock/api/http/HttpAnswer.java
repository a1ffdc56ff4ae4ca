package io.ticktock.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a route answers: a status, headers besides those that all have, and JSON.
 *
 * @param stream writes the body instead, and ends it; is called even when nobody is there any more
 */
record HttpAnswer(
        int status, JsonNode body, Map<String, String> headers, Optional<Consumer<HttpServerResponse>> stream) {

    private static final JsonNode NOTHING = JsonNodeFactory.instance.missingNode();

    private HttpAnswer(int status, JsonNode body, Map<String, String> headers) {
        this(status, body, headers, Optional.empty());
    }

    static HttpAnswer streaming(Map<String, String> headers, Consumer<HttpServerResponse> stream) {
        return new HttpAnswer(200, NOTHING, headers, Optional.of(stream));
    }

    /** There is nothing, and nothing is to come. */
    static HttpAnswer noContent() {
        return new HttpAnswer(204, NOTHING, Map.of());
    }

    /** There is nothing to say about it. */
    static HttpAnswer accepted() {
        return new HttpAnswer(202, NOTHING, Map.of());
    }

    static HttpAnswer ok(JsonNode body) {
        return new HttpAnswer(200, body, Map.of());
    }

    /** Whoever asks may find it otherwise soon. */
    static HttpAnswer notReady(JsonNode body) {
        return new HttpAnswer(503, body, Map.of());
    }

    /** @param location of what was made */
    static HttpAnswer created(JsonNode body, String location) {
        return new HttpAnswer(201, body, Map.of("Location", location));
    }

    static HttpAnswer notModified(String etag) {
        return new HttpAnswer(304, NOTHING, Map.of("ETag", etag));
    }

    HttpAnswer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new HttpAnswer(status, body, more, stream);
    }
}
