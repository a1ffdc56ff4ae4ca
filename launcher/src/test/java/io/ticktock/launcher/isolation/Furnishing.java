package io.ticktock.launcher.isolation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;

/** Gives a new tenant something of everything, with the same secret in every text that is free. */
public final class Furnishing {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final String LIFETIMES = "/v1/lifetimes";
    private static final String DATA = "data: ";

    private final String address;
    private final String systemKey;
    private final String tenant;
    private final String secret;
    private final Map<Naming, String> values = new EnumMap<>(Naming.class);
    private final String key;

    /** @param systemKey of an administrator of all tenants */
    public Furnishing(String address, String systemKey, String tenant, String secret) {
        this.address = address;
        this.systemKey = systemKey;
        this.tenant = tenant;
        this.secret = secret;
        post(systemKey, "/v1/tenants", object().put("tenant_id", tenant).put("display_name", secret));
        this.key = issue("admin", "operator", "author");
        values.put(Naming.TENANT, tenant);
        values.put(Naming.API_KEY, key.split("_")[1]);
    }

    /** Of somebody who may do everything in the tenant. */
    public String key() {
        return key;
    }

    public String issue(String... roles) {
        ObjectNode body = object().put("display_name", secret);
        body.set("roles", JSON.valueToTree(roles));
        return post(systemKey, "/v1/tenants/" + tenant + "/keys", body)
                .get("key")
                .asText();
    }

    /**
     * Two or more of everything that is listed.
     *
     * @return with a lifetime that has ended, one of its executions and its blob
     */
    public Holdings furnish(String graph, Random random) {
        issue("reader");
        values.put(Naming.GRAPH, graph);
        values.put(Naming.VERSION, Holdings.likeness("71.82.93", random));
        values.put(Naming.IDEMPOTENCY_KEY, Holdings.likeness("order-xxxxxxxx", random));
        values.put(Naming.SIGNAL, Holdings.likeness("signal-xxxxxxxx", random));
        values.put(Naming.LABELLED, Holdings.likeness("file-xxxxxxxx", random));
        values.put(Naming.WORKER, Holdings.likeness("worker-xxxxxxxx", random));
        values.put(Naming.DIGEST, register(graph, values.get(Naming.VERSION)));
        register(graph, "1.0.0");
        register("other-" + graph, values.get(Naming.VERSION));
        String ended = start("end");
        String refused = start("refuse");
        await(ended, shown -> shown.get("status").asText().equals("completed"));
        await(refused, shown -> shown.get("status").asText().equals("failed"));
        values.put(Naming.LIFETIME, ended);
        values.put(Naming.EXECUTION, execution(ended, "draft"));
        values.put(Naming.BLOB, blob(ended, values.get(Naming.EXECUTION)));
        addWebhook();
        return new Holdings(values);
    }

    /** One whose server is nowhere, so that what is sent waits; then it is disabled and rests. */
    private void addWebhook() {
        ObjectNode body = object().put("url", "https://hooks.invalid/" + secret.replace(" ", "-"))
                .put("description", secret);
        String webhook = "/v1/webhooks/"
                + post(key, "/v1/webhooks", body).get("webhook_id").asText();
        post(key, webhook + ":test", object());
        JsonNode tried = awaitAt(
                webhook + "/deliveries",
                shown -> shown.at("/deliveries/0/attempts").asInt() > 0);
        sent(HttpRequest.newBuilder(URI.create(address + webhook))
                .header("Authorization", "Bearer " + key)
                .method("PATCH", BodyPublishers.ofString("{\"enabled\": false}")));
        values.put(Naming.WEBHOOK, webhook.substring(webhook.lastIndexOf('/') + 1));
        values.put(Naming.WEBHOOK_EVENT, tried.at("/deliveries/0/event_id").asText());
    }

    /** The same with a lifetime that waits for a person, and the execution that asks. Others wait, too. */
    public Holdings furnishWaiting(Holdings ended) {
        start("wait");
        String paused = start("wait");
        post(key, LIFETIMES + "/" + paused + ":pause", object().put("reason", secret));
        start("ask");
        String asked = start("ask");
        JsonNode tasks = awaitAt(
                        "/v1/human-tasks", shown -> shown.get("human_tasks").size() == 2)
                .get("human_tasks");
        for (JsonNode task : tasks) {
            if (task.get("lifetime_id").asText().equals(asked)) {
                return ended.with(Naming.LIFETIME, asked)
                        .with(Naming.EXECUTION, task.get("exec_id").asText());
            }
        }
        throw new AssertionError(asked + " asks nobody: " + tasks);
    }

    /** Starts one whose only execution is for a worker that serves this type. */
    public String startForWorker(String taskType) {
        String name = taskType.replace('.', '-');
        registerFile("""
                graph: %s
                version: 1.0.0
                start: work
                tasks:
                  work: {type: %s, text: "${input.text}", heartbeat_timeout: 10m}
                edges:
                  - work -> END [FINAL]
                """.formatted(name, taskType));
        ObjectNode body = object().put("graph", name);
        body.putObject("input").put("text", secret);
        return post(key, LIFETIMES, body).get("lifetime_id").asText();
    }

    /** The execution that a lifetime began with, once the tenant's stream of events has it. */
    public String scheduled(String lifetime) {
        HttpRequest.Builder events = HttpRequest.newBuilder(
                        URI.create(address + "/v1/events?position=oldest&until_now=true&type=scheduled"))
                .header("Authorization", "Bearer " + key);
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (Instant.now().isBefore(deadline)) {
            Optional<String> scheduled = textOf(events)
                    .lines()
                    .filter(line -> line.startsWith(DATA) && line.contains(lifetime))
                    .findFirst();
            if (scheduled.isPresent()) {
                return json(scheduled.get().substring(DATA.length()))
                        .get("exec_id")
                        .asText();
            }
        }
        throw new AssertionError("nothing was scheduled of " + lifetime);
    }

    private String register(String graph, String version) {
        return registerFile(Holdings.graphFile(graph, version, secret, secret));
    }

    private String registerFile(String file) {
        return send(key, "/v1/graphs", BodyPublishers.ofString(file), "")
                .get("digest")
                .asText();
    }

    private String start(String mode) {
        ObjectNode body = object().put("graph", values.get(Naming.GRAPH)).put("version", values.get(Naming.VERSION));
        body.putObject("input").put("mode", mode).put("text", secret.repeat(200));
        body.putObject("labels").put("note", secret).put("case", values.get(Naming.LABELLED));
        String once = mode.equals("end") ? values.get(Naming.IDEMPOTENCY_KEY) : "";
        return send(key, LIFETIMES, BodyPublishers.ofString(body.toString()), once)
                .get("lifetime_id")
                .asText();
    }

    private String execution(String lifetime, String node) {
        for (JsonNode execution :
                get(LIFETIMES + "/" + lifetime + "/executions").get("executions")) {
            if (execution.get("node").asText().equals(node)) {
                return execution.get("exec_id").asText();
            }
        }
        throw new AssertionError(lifetime + " has not run " + node);
    }

    private String blob(String lifetime, String execution) {
        String href = get(LIFETIMES + "/" + lifetime + "/executions/" + execution)
                .at("/result/href")
                .asText();
        return href.replaceAll("^/v1/blobs/([0-9a-f]{64}).*", "$1");
    }

    private void await(String lifetime, Predicate<JsonNode> condition) {
        awaitAt(LIFETIMES + "/" + lifetime, condition);
    }

    private JsonNode awaitAt(String path, Predicate<JsonNode> condition) {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        JsonNode shown = get(path);
        while (!condition.test(shown)) {
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError(path + " is still " + shown);
            }
            shown = get(path);
        }
        return shown;
    }

    /** Waits until all of its lifetimes have ended. */
    public void settle() {
        awaitAt(LIFETIMES + "?status=running", shown -> shown.get("lifetimes").isEmpty());
    }

    private JsonNode get(String path) {
        return sent(HttpRequest.newBuilder(URI.create(address + path)).header("Authorization", "Bearer " + key));
    }

    private JsonNode post(String by, String path, JsonNode body) {
        return send(by, path, BodyPublishers.ofString(body.toString()), "");
    }

    private JsonNode send(String by, String path, HttpRequest.BodyPublisher body, String once) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .header("Authorization", "Bearer " + by)
                .POST(body);
        return sent(once.isEmpty() ? request : request.header("Idempotency-Key", once));
    }

    private static JsonNode sent(HttpRequest.Builder request) {
        return json(textOf(request));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + text, e);
        }
    }

    private static String textOf(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw new AssertionError(response + " " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new AssertionError("not answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static ObjectNode object() {
        return JSON.createObjectNode();
    }
}
