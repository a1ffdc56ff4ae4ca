package io.ticktock.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The contract of the routes, OpenAPI 3.1: written by hand, and held against the table of routes by a test. */
final class OpenApi {

    static final String PATH = "/openapi.json";

    private static final String FILE = "openapi.yaml";

    private OpenApi() {}

    static JsonNode document() {
        try (InputStream file = OpenApi.class.getResourceAsStream(FILE)) {
            return new YAMLMapper().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException("the contract of the routes cannot be read", e);
        }
    }

    static Buffer json() {
        return Buffer.buffer(JsonText.bytes(document()));
    }
}
