package io.ticktock.launcher.isolation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.launcher.isolation.Parameters.Content;
import io.ticktock.launcher.isolation.Parameters.Names;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Attempts at all routes, from their contract. */
public final class HttpAttempts {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final long LONGEST_ANSWER_S = 10;
    private static final String YAML = "application/yaml";
    private static final Pattern IN_PATH = Pattern.compile("([a-z-]+)/\\{([a-z_]+)}");

    private final String address;
    private final JsonNode contract;

    /** At what the system at this address says that it serves. */
    public static HttpAttempts at(String address) {
        return new HttpAttempts(address, json(plain(address, "/openapi.json").body()));
    }

    HttpAttempts(String address, JsonNode contract) {
        this.address = address;
        this.contract = contract;
    }

    /** At least one of every operation. */
    public List<Attempt> all() {
        List<Attempt> attempts = new ArrayList<>();
        contract.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(method -> attempts.add(attempt(
                                method.getKey().toUpperCase(Locale.ROOT),
                                path.getKey(),
                                resolved(method.getValue())))));
        return attempts;
    }

    /** What is served beside the routes. */
    public Answer plain(String path) {
        return plain(address, path);
    }

    private static Answer plain(String address, String path) {
        return send(HttpRequest.newBuilder(URI.create(address + path)).build());
    }

    private Route attempt(String method, String path, JsonNode operation) {
        String name = method + " " + path;
        List<Slot> slots = new ArrayList<>(inPath(name, path));
        StringBuilder query = new StringBuilder();
        operation.path("parameters").forEach(reference -> {
            JsonNode parameter = resolved(reference);
            String place = parameter.get("in").asText();
            if (!place.equals("path")) {
                addSlot(slots, place, parameter.get("name").asText(), name, false);
            }
            if (place.equals("query")
                    && Parameters.of(parameter.get("name").asText(), name) instanceof Content content) {
                query.append('&')
                        .append(parameter.get("name").asText())
                        .append('=')
                        .append(encoded(content.text()));
            }
        });
        JsonNode content = resolved(operation.path("requestBody")).path("content");
        ObjectNode body = JSON.createObjectNode();
        if (content.has(YAML)) {
            addSlot(slots, "body", YAML, name, true);
        } else {
            JsonNode schema = resolved(content.at("/application~1json/schema"));
            List<String> required = new ArrayList<>();
            schema.path("required").forEach(field -> required.add(field.asText()));
            for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
                addField(slots, body, field.getKey(), name, required.contains(field.getKey()));
            }
        }
        return new Route(method, path, slots, query.toString(), body);
    }

    private static List<Slot> inPath(String name, String path) {
        Matcher matcher = IN_PATH.matcher(path);
        List<Slot> slots = new ArrayList<>();
        while (matcher.find()) {
            if (Parameters.of(matcher.group(), name) instanceof Names names) {
                slots.add(new Slot("path " + matcher.group(2), names.naming(), true));
            }
        }
        if (slots.size() != path.chars().filter(each -> each == '{').count()) {
            throw new AssertionError(name + " has a parameter that names nothing of a tenant's: then what is it for?");
        }
        return slots;
    }

    private static void addField(List<Slot> slots, ObjectNode body, String field, String route, boolean isRequired) {
        if (Parameters.of(field, route) instanceof Content content) {
            body.set(field, json(content.json()));
        } else {
            addSlot(slots, "body", field, route, isRequired);
        }
    }

    private static void addSlot(List<Slot> slots, String place, String name, String route, boolean isRequired) {
        if (Parameters.of(name, route) instanceof Names names) {
            slots.add(new Slot(place + " " + name, names.naming(), isRequired));
        }
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? contract.at(node.get("$ref").asText().substring(1)) : node;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** One route. */
    private final class Route implements Attempt {

        private static final Set<String> MAKING = Set.of(
                "POST /v1/graphs",
                "POST /v1/lifetimes",
                "POST /v1/webhooks",
                "PATCH /v1/webhooks/{id}",
                "POST /v1/lifetimes/{id}:fork");

        private final String method;
        private final String path;
        private final List<Slot> slots;
        private final String query;
        private final ObjectNode body;

        /**
         * @param query with what is the same in every request
         * @param body likewise
         */
        private Route(String method, String path, List<Slot> slots, String query, ObjectNode body) {
            this.method = method;
            this.path = path;
            this.slots = List.copyOf(slots);
            this.query = query;
            this.body = body;
        }

        @Override
        public String name() {
            return method + " " + path;
        }

        @Override
        public List<Slot> slots() {
            return slots;
        }

        @Override
        public boolean isReading() {
            return method.equals("GET");
        }

        @Override
        public boolean isMaking() {
            return MAKING.contains(name());
        }

        @Override
        public Answer send(String key, Map<Slot, String> filling, int pageSize) {
            String target = path;
            StringBuilder query = new StringBuilder(this.query);
            ObjectNode fields = body.deepCopy();
            HttpRequest.Builder request = HttpRequest.newBuilder();
            String text = "";
            for (Map.Entry<Slot, String> filled : filling.entrySet()) {
                String place = filled.getKey().place();
                String name = place.substring(place.indexOf(' ') + 1);
                String value = filled.getValue();
                switch (place.substring(0, place.indexOf(' '))) {
                    case "path" -> target = target.replace("{" + name + "}", encoded(value));
                    case "query" -> query.append('&').append(name).append('=').append(encoded(value));
                    case "header" -> request.header(name, value);
                    case "body" -> {
                        if (name.equals(YAML)) {
                            text = value;
                        } else {
                            fields.set(name, inBody(filled.getKey(), value));
                        }
                    }
                    default -> throw new AssertionError(place + " of " + name() + " is nowhere in a request");
                }
            }
            if (pageSize > 0) {
                query.append("&page_size=").append(pageSize);
            }
            String sent = text.isEmpty() ? fields.toString() : text;
            return HttpAttempts.send(
                    request.uri(URI.create(address + target + query.toString().replaceFirst("&", "?")))
                            .header("Authorization", "Bearer " + key)
                            .method(method, isReading() ? BodyPublishers.noBody() : BodyPublishers.ofString(sent))
                            .build());
        }
    }

    private static JsonNode inBody(Slot slot, String value) {
        if (slot.naming() != Naming.LABEL) {
            return JSON.getNodeFactory().textNode(value);
        }
        String[] label = value.split("=", 2);
        return JSON.createObjectNode().put(label[0], label[1]);
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static Answer send(HttpRequest request) {
        try {
            return answer(
                    CLIENT.sendAsync(request, BodyHandlers.ofByteArray()).get(LONGEST_ANSWER_S, TimeUnit.SECONDS));
        } catch (TimeoutException e) {
            throw new AssertionError(request + " is still being answered after " + LONGEST_ANSWER_S + " s", e);
        } catch (ExecutionException e) {
            throw new AssertionError(request + " is not answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static Answer answer(HttpResponse<byte[]> response) {
        SortedMap<String, String> headers = new TreeMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name, String.join(", ", values)));
        return new Answer(
                Integer.toString(response.statusCode()),
                headers,
                new String(response.body(), StandardCharsets.ISO_8859_1));
    }
}
