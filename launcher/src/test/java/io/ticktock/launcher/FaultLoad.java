package io.ticktock.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.launcher.crash.Journey;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.testkit.Evidence.Kind;
import io.ticktock.testkit.Evidence.Operation;
import io.ticktock.testkit.Evidence.Outcome;
import io.ticktock.testkit.History;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * Users of several tenants who start lifetimes over HTTP, pause and resume some, answer what they ask, and look how they
 * end, one after the other. They ask again where nobody answers, as any client does, and keep a journal of every try.
 */
final class FaultLoad {

    static final List<String> TENANTS = List.of("faults-a", "faults-b", "faults-c");
    static final String EFFECT_NODE = "effect";

    /** Tasks that workers do outside, each of which has an effect. */
    private static final String EFFECTS = """
            graph: faults-effects
            version: 1.0.0
            start: each
            tasks:
              effect:
                type: faults.effect
                input: "${plan}"
                heartbeat_timeout: 2s
                retry: {max_attempts: 100, initial_interval: 50ms, max_interval: 500ms}
            plans:
              each: {type: map, over: "range(4)", next: effect}
              total: {type: next, next: END, input: {sum: "${sum(joined.map(r, r.value))}"}}
            edges:
              - each -> effect [PARALLEL]
              - effect -> total [JOIN]
              - total -> END [FINAL]
            """;

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(12);
    private static final Duration LONGEST_LIFETIME = Duration.ofMinutes(3);
    private static final long LOOK_EVERY_MS = 200;
    private static final long ASK_AGAIN_MS = 100;
    private static final int EFFECTS_EVERY = 5;
    private static final int PAUSES_EVERY = 4;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final IntFunction<String> urls;
    private final Map<String, String> keys = new TreeMap<>();
    private final Queue<Operation> journal = new ConcurrentLinkedQueue<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final List<Thread> users = new ArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private volatile boolean ending;
    private CountDownLatch working = new CountDownLatch(0);

    /** @param urls of the servers that there are, whatever the number */
    FaultLoad(IntFunction<String> urls) {
        this.urls = urls;
    }

    /** Makes the tenants with their graphs; a key for workers of all that is done outside. */
    void furnish() throws IOException, InterruptedException {
        for (String tenant : TENANTS) {
            require(201, send("", "POST", "/v1/tenants", "{\"tenant_id\": \"" + tenant + "\"}", 0));
            keys.put(tenant, issue(tenant, "\"operator\", \"author\", \"worker\""));
            for (String name : List.of("child", "tour", "rounds", "doomed")) {
                require(201, send(keys.get(tenant), "POST", "/v1/graphs", text(name), 0));
            }
            require(201, send(keys.get(tenant), "POST", "/v1/graphs", EFFECTS, 0));
        }
    }

    /** Of the tenant whose tasks workers do. */
    String workerKey() {
        return keys.get(TENANTS.get(0));
    }

    private String issue(String tenant, String roles) throws IOException, InterruptedException {
        String path = "/v1/tenants/" + tenant + "/keys";
        return require(201, send("", "POST", path, "{\"roles\": [" + roles + "]}", 0))
                .get("key")
                .asText();
    }

    private static String text(String graph) throws IOException {
        try (InputStream content = Journey.class.getResourceAsStream(graph + ".yaml")) {
            return new String(content.readAllBytes(), UTF_8);
        }
    }

    /** One of those that tenants register, or that tell of a child. */
    static AgentGraph graph(String tenant, String name) {
        String file = name.substring(name.indexOf('-') + 1);
        try {
            String text = file.equals("effects") ? EFFECTS : text(file);
            return GraphParser.parse(file + ".yaml", text.getBytes(UTF_8), tenant);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode require(int status, Optional<HttpResponse<byte[]>> answer) throws IOException {
        HttpResponse<byte[]> there = answer.orElseThrow(() -> new IOException("nobody answered"));
        assertEquals(status, there.statusCode(), () -> new String(there.body(), UTF_8));
        return Json.parse(there.body()).orElseThrow();
    }

    void begin(int howMany) {
        working = new CountDownLatch(howMany);
        for (int user = 0; user < howMany; user++) {
            Thread thread = new Thread(this::use, "user-" + user);
            thread.setDaemon(true);
            users.add(thread);
            thread.start();
        }
    }

    /** Nothing new is started any more; whether all that was has ended in time. */
    boolean end(Duration patience) throws InterruptedException {
        ending = true;
        return working.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What was asked for, and what was said. */
    List<Operation> journal() {
        return List.copyOf(journal);
    }

    /** What ended as it must not. */
    List<String> wrong() {
        return List.copyOf(wrong);
    }

    int started() {
        return numbers.get();
    }

    int ended() {
        return ended.get();
    }

    long count(Outcome outcome) {
        return journal.stream().filter(each -> each.outcome() == outcome).count();
    }

    private void use() {
        try {
            while (!ending) {
                live(numbers.getAndIncrement());
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            wrong.add(Thread.currentThread().getName() + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            working.countDown();
        }
    }

    private void live(int number) throws IOException, InterruptedException {
        Lifetime lifetime = number % EFFECTS_EVERY == 0
                ? new Lifetime(number, TENANTS.get(0), new Journey(number).id(), Optional.empty())
                : new Lifetime(
                        number,
                        TENANTS.get(number % TENANTS.size()),
                        new Journey(number).id(),
                        Optional.of(new Journey(number)));
        insist(lifetime, Kind.START, "", "/v1/lifetimes", lifetime.start());
        if (number % PAUSES_EVERY == 1) {
            String reason = "{\"reason\": \"of " + number + "\"}";
            insist(lifetime, Kind.PAUSE, "of " + number, lifetime.path() + ":pause", reason);
            insist(lifetime, Kind.RESUME, "of " + number, lifetime.path() + ":resume", reason);
        }
        accompany(lifetime);
        ended.incrementAndGet();
    }

    /** One of the load's lifetimes; a journey, or one of effects. */
    private record Lifetime(int number, String tenant, UUID id, Optional<Journey> journey) {

        String path() {
            return "/v1/lifetimes/" + id;
        }

        String start() {
            String graph = journey.map(Journey::graphName).orElse("faults-effects");
            String input =
                    journey.map(each -> each.input().getInline().toStringUtf8()).orElse("{\"number\": " + number + "}");
            return "{\"lifetime_id\": \"" + id + "\", \"graph\": \"" + graph + "\", \"version\": \"1.0.0\", \"input\": "
                    + input + "}";
        }

        String endsAs() {
            boolean fails = journey.map(Journey::endsAs)
                    .filter(LifetimeStatus.LIFETIME_STATUS_FAILED::equals)
                    .isPresent();
            return fails ? "failed" : "completed";
        }

        Optional<Object> output() {
            return journey.map(Journey::output).orElse(Optional.of(Map.of("sum", 6L)));
        }

        History.Key key() {
            return new History.Key(tenant, id.toString());
        }
    }

    private void accompany(Lifetime lifetime) throws IOException, InterruptedException {
        long giveUpNanos = System.nanoTime() + LONGEST_LIFETIME.toNanos();
        while (System.nanoTime() - giveUpNanos < 0) {
            Optional<JsonNode> shown = look(lifetime, lifetime.path());
            String status = shown.map(node -> node.get("status").asText()).orElse("");
            if (List.of("completed", "failed", "aborted").contains(status)) {
                check(lifetime, status, shown.orElseThrow());
                return;
            }
            if (lifetime.journey().filter(Journey::asks).isPresent()) {
                answerAll(lifetime);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
        }
        wrong.add("lifetime " + lifetime.id() + " of " + lifetime.tenant() + " has not ended");
    }

    private void check(Lifetime lifetime, String status, JsonNode shown) {
        Optional<Object> output = Optional.ofNullable(shown.get("output"))
                .map(node -> io.ticktock.sdk.Json.parse(ByteString.copyFromUtf8(node.toString())));
        if (!status.equals(lifetime.endsAs()) || !output.equals(lifetime.output())) {
            wrong.add("lifetime " + lifetime.id() + " is " + status + " with " + output + ", not " + lifetime.endsAs()
                    + " with " + lifetime.output());
        }
    }

    private void answerAll(Lifetime lifetime) throws IOException, InterruptedException {
        Optional<JsonNode> tasks = look(lifetime, "/v1/human-tasks?lifetime=" + lifetime.id());
        if (tasks.isEmpty()) {
            return;
        }
        for (JsonNode task : tasks.get().get("human_tasks")) {
            String exec = task.get("exec_id").asText();
            String said = lifetime.journey()
                    .orElseThrow()
                    .answer(task.get("node").asText())
                    .toStringUtf8();
            String body = "{\"answer\": " + said + "}";
            insist(lifetime, Kind.ANSWER, exec, "/v1/human-tasks/" + exec + ":answer", body);
        }
    }

    private Optional<JsonNode> look(Lifetime lifetime, String path) throws IOException, InterruptedException {
        Optional<HttpResponse<byte[]>> answer = send(keys.get(lifetime.tenant()), "GET", path, "", lifetime.number());
        return answer.filter(shown -> shown.statusCode() == 200).flatMap(shown -> Json.parse(shown.body()));
    }

    /** Asks until somebody says that it is done, or never will be. */
    private void insist(Lifetime lifetime, Kind kind, String identity, String path, String body)
            throws IOException, InterruptedException {
        long giveUpNanos = System.nanoTime() + LONGEST_LIFETIME.toNanos();
        for (int tried = 0; System.nanoTime() - giveUpNanos < 0; tried++) {
            long begun = System.nanoTime();
            Optional<HttpResponse<byte[]>> answer =
                    send(keys.get(lifetime.tenant()), "POST", path, body, lifetime.number() + tried);
            Outcome outcome = outcome(answer);
            journal.add(
                    new Operation(kind, outcome, lifetime.key(), identity, lifetime.key(), begun, System.nanoTime()));
            if (outcome != Outcome.UNKNOWN) {
                if (outcome == Outcome.FAILED) {
                    System.out.println("faults: " + kind + " of " + lifetime.id() + " at try " + (tried + 1) + ": "
                            + new String(answer.orElseThrow().body(), UTF_8));
                }
                if (outcome == Outcome.FAILED && kind == Kind.START) {
                    wrong.add("start of " + lifetime.id() + ": "
                            + new String(answer.orElseThrow().body(), UTF_8));
                }
                return;
            }
            TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MS);
        }
        wrong.add(kind + " of " + lifetime.id() + " was never answered");
    }

    private static Outcome outcome(Optional<HttpResponse<byte[]>> answer) {
        int status = answer.map(HttpResponse::statusCode).orElse(0);
        if (status == 202) {
            return Outcome.LEFT;
        }
        if (status >= 200 && status < 300) {
            return Outcome.OK;
        }
        boolean isOpen = status == 0 || status == 408 || status == 429 || status >= 500;
        return isOpen ? Outcome.UNKNOWN : Outcome.FAILED;
    }

    /** Empty where nobody answers. */
    private Optional<HttpResponse<byte[]>> send(String key, String method, String path, String body, int server)
            throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(urls.apply(server) + path))
                .timeout(ANSWER_WITHIN)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        try {
            return Optional.of(http.send(request.build(), BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The most frequent of what went wrong, for the end of a test. */
    static List<String> some(List<String> all) {
        return all.size() <= 20 ? all : Collections.unmodifiableList(all.subList(0, 20));
    }
}
