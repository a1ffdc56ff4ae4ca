package io.ticktock.launcher;

import static io.ticktock.launcher.ServedApi.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ticktock.bus.Shard;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hawkular.agent.prometheus.types.Metric;
import org.hawkular.agent.prometheus.types.MetricFamily;
import org.hawkular.agent.prometheus.types.MetricType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What the process tells Prometheus of itself, on a real port and a real database. */
class MetricsIT {

    private static final Path NEWTON = Path.of("..", "conf", "graphs", "newton.yaml");
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-", Pattern.CASE_INSENSITIVE);
    private static final Pattern METRIC = Pattern.compile("\\b(ticktock|jvm)_[a-z_]+");
    private static final int MOST_SERIES = 2_000;

    /** Each has a value for every row of a table in the program, or of an enum. */
    private static final Set<String> KNOWN_LABELS = Set.of(
            "method",
            "route",
            "rpc",
            "status",
            "protocol",
            "reason",
            "kind",
            "lane",
            "pool",
            "phase",
            "action",
            "outcome");

    private static final String ENDED = "ticktock_control_lifetimes_ended_total";
    private static final Map<String, String> COMPLETED = Map.of("status", "completed");
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

    @TempDir
    private static Path folder;

    private static ServedApi api;

    @BeforeAll
    static void start() throws Exception {
        api = ServedApi.start(folder);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void countersMoveByWhatWasRun() throws Exception {
        String key = api.tenant("metered");
        api.register(key, NEWTON);
        Scrape before = Scrape.of(api);
        String lifetime = api.start(key, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
        api.awaitStatus(key, lifetime, "completed");
        JsonNode executions = json(api.get(key, lifetime + "/executions")).get("executions");
        Scrape after = awaitIdle(before.value(ENDED, COMPLETED) + 1);

        int tasks = count(executions, "task");
        int plans = count(executions, "plan");
        assertTrue(tasks > 1 && plans > 1, executions::toString);
        Map<String, String> task = Map.of("kind", "task", "status", "succeeded");
        Map<String, String> plan = Map.of("kind", "plan", "status", "succeeded");
        assertMoved(tasks, before, after, "ticktock_state_records_total", task);
        assertMoved(plans, before, after, "ticktock_state_records_total", plan);
        assertMoved(tasks, before, after, "ticktock_executor_attempts_seconds", task);
        assertMoved(plans, before, after, "ticktock_executor_attempts_seconds", plan);
        assertMoved(1, before, after, "ticktock_control_lifetimes_started_total", Map.of());
        assertMoved(1, before, after, ENDED, COMPLETED);
        assertMoved(tasks + plans, before, after, "ticktock_control_decisions_seconds", Map.of());
        assertMoved(
                tasks + plans,
                before,
                after,
                "ticktock_guardrail_verdicts_total",
                Map.of("phase", "verdict", "action", "allow"));
        assertMoved(
                1,
                before,
                after,
                "ticktock_api_http_requests_seconds",
                Map.of("method", "POST", "route", "/v1/lifetimes", "status", "201"));
        assertTrue(after.value("ticktock_control_shards_held", Map.of()) > 0);
        assertTrue(after.value("jvm_threads_live_threads", Map.of()) > 0);
    }

    @Test
    void refusalsAreCountedByReason() throws Exception {
        Scrape before = Scrape.of(api);
        assertEquals(401, api.get("tt_nobody", "/v1/graphs/g/versions/1.0.0").statusCode());
        Scrape after = Scrape.of(api);
        assertMoved(
                1,
                before,
                after,
                "ticktock_api_refused_requests_total",
                Map.of("protocol", "http", "reason", "unauthenticated"));
    }

    @Test
    void payloadsInTheBlobStoreAreCounted() throws Exception {
        String key = api.tenant("stored");
        HttpResponse<byte[]> made = api.post(key, "/v1/graphs", """
                graph: large
                version: 1.0.0
                start: say
                tasks: {say: {type: transform, output: {text: "${input.text + input.text + input.text}"}}}
                edges: ["say -> END [FINAL]"]
                """);
        assertEquals(201, made.statusCode(), () -> ServedApi.text(made));
        Scrape before = Scrape.of(api);
        String text = "0123456789abcdef".repeat(30_000);
        String lifetime = api.start(key, "{\"graph\": \"large\", \"input\": {\"text\": \"" + text + "\"}}");
        api.awaitStatus(key, lifetime, "completed");
        Scrape after = awaitIdle(before.value(ENDED, COMPLETED) + 1);
        assertTrue(moved(before, after, "ticktock_blob_written_bytes_total", Map.of()) > 3 * text.length());
    }

    @Test
    void nothingOfATenantIsToldAndNoLabelGrows() throws Exception {
        String key = api.tenant("canary-tenant");
        HttpResponse<byte[]> made = api.post(key, "/v1/graphs", """
                graph: canary-graph
                version: 1.0.0
                start: canary_node
                tasks: {canary_node: {type: transform, output: {said: "canary-said"}}}
                edges: ["canary_node -> END [FINAL]"]
                """);
        assertEquals(201, made.statusCode(), () -> ServedApi.text(made));
        double ended = Scrape.of(api).value(ENDED, COMPLETED);
        String lifetime = api.start(key, "{\"graph\": \"canary-graph\", \"labels\": {\"canary-label\": \"canary\"}}");
        api.awaitStatus(key, lifetime, "completed");
        awaitIdle(ended + 1);
        api.get(key, "/v1/canary-path");
        String id = lifetime.substring(lifetime.lastIndexOf('/') + 1);

        byte[] told = api.get("", "/metrics").body();
        String text = new String(told, StandardCharsets.UTF_8);
        assertFalse(text.contains("canary"), () -> line(text, "canary"));
        assertFalse(text.contains(id), () -> line(text, id));
        Scrape scrape = Scrape.of(told);
        int series = 0;
        for (MetricFamily family : scrape.ours()) {
            for (Metric metric : family.getMetrics()) {
                series++;
                metric.getLabels().forEach((label, value) -> {
                    assertTrue(KNOWN_LABELS.contains(label), () -> family.getName() + " has the label " + label);
                    assertFalse(ID.matcher(value).find(), () -> family.getName() + " has the id " + value);
                });
            }
        }
        assertTrue(series > 50 && series < MOST_SERIES, series + " series");
    }

    @Test
    void namesAndUnitsAreThoseOfPrometheus() throws Exception {
        api.get("tt_nobody", "/v1/graphs/g/versions/1.0.0");
        List<String> faults = new ArrayList<>();
        for (MetricFamily family : Scrape.of(api).ours()) {
            String name = family.getName();
            boolean isCounter = family.getType() == MetricType.COUNTER;
            require(
                    faults,
                    name.matches("ticktock_(state|blob|guardrail|executor|control|api|launcher)(_[a-z]+)+"),
                    name + " must be snake_case behind the word of its module");
            require(faults, !family.getHelp().isBlank(), name + " must say what it is");
            require(faults, isCounter == name.endsWith("_total"), name + " must end with _total if it is a counter");
            require(faults, !name.matches(".*_(bucket|count|sum|info)"), name + " ends like a part of a histogram");
            require(
                    faults,
                    !name.matches(".*_(ms|millis|milliseconds|minutes|hours|kb|mb|kilobytes|megabytes|percent)(_.*)?"),
                    name + " must have a base unit");
            require(
                    faults,
                    !name.matches(".*_(gauge|counter|histogram|summary)(_.*)?"),
                    name + " must not tell its type");
            boolean isTime = name.contains("_seconds");
            require(
                    faults,
                    !isTime || name.matches(".*_seconds(_max|_total)?"),
                    name + " must have its unit at the end");
        }
        assertEquals(List.of(), faults);
    }

    /** It is counted only once somebody asks, and then told to whoever asks next. */
    @Test
    void whatIsOpenIsCountedByStatus() throws Exception {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (Double.isNaN(open("running")) || Double.isNaN(open("paused"))) {
            assertTrue(Instant.now().isBefore(deadline), "open lifetimes are not counted");
            Thread.sleep(10);
        }
        assertTrue(open("running") >= 0);
    }

    private static double open(String status) throws Exception {
        return Scrape.of(api).value("ticktock_state_lifetimes_open", Map.of("status", status));
    }

    private static void require(List<String> faults, boolean right, String fault) {
        if (!right) {
            faults.add(fault);
        }
    }

    /** So that whoever is woken at night finds what a name means. */
    @Test
    void theTableInTheDocumentationIsWhole() throws Exception {
        assertEquals(401, api.get("tt_nobody", "/v1/graphs/g/versions/1.0.0").statusCode());
        Set<String> told = new TreeSet<>();
        Scrape.of(api).ours().stream()
                .map(MetricFamily::getName)
                .filter(name -> !name.endsWith("_max"))
                .forEach(told::add);
        // Nobody has called one here.
        told.add("ticktock_api_grpc_requests_seconds");
        Set<String> documented = new TreeSet<>();
        Matcher name = Pattern.compile("`(ticktock_[a-z_]+)`")
                .matcher(metrics(Files.readString(Path.of("..", "docs", "operations.md"))));
        while (name.find()) {
            documented.add(name.group(1));
        }
        assertEquals(String.join("\n", told), String.join("\n", documented));
    }

    /** An alert over a metric that nobody tells never fires. */
    @Test
    void alertsAreAboutMetricsThatAreToldAndAreExplained() throws Exception {
        // A reason is told once something was refused for it.
        assertEquals(401, api.get("tt_nobody", "/v1/graphs/g/versions/1.0.0").statusCode());
        Set<String> told = new TreeSet<>();
        Scrape.of(api).families().forEach(family -> told.add(family.getName()));
        String rules = Files.readString(Path.of("..", "conf", "prometheus", "alerts.yaml"));
        List<String> faults = new ArrayList<>();
        Set<String> alerts = new TreeSet<>();
        Map<String, List<Map<String, List<Map<String, Object>>>>> file =
                new Yaml(new SafeConstructor(new LoaderOptions())).load(rules);
        for (Map<String, Object> rule : file.get("groups").get(0).get("rules")) {
            String alert = rule.get("alert").toString();
            String expression = rule.get("expr").toString();
            assertTrue(alerts.add(alert), alert);
            Matcher name = METRIC.matcher(expression);
            require(faults, name.find(), alert + " is about nothing");
            name.reset();
            while (name.find()) {
                String metric = name.group().replaceAll("_seconds_(bucket|count|sum)$", "_seconds");
                require(faults, told.contains(metric), alert + ": nobody tells " + name.group());
            }
            Matcher label = Pattern.compile("([a-z_]+)=~?\"").matcher(expression);
            while (label.find()) {
                String key = label.group(1);
                require(faults, key.equals("area") || KNOWN_LABELS.contains(key), alert + ": no label " + key);
            }
            require(faults, rule.keySet().containsAll(Set.of("labels", "annotations")), alert + " says too little");
        }
        assertEquals(List.of(), faults);
        assertTrue(rules.contains("< " + Shard.COUNT), "shards without an owner are counted by another number");
        String page = Files.readString(Path.of("..", "docs", "operations.md"));
        Set<String> explained = new TreeSet<>();
        Matcher row = Pattern.compile("\\| `(Ticktock[A-Za-z]+)` \\|").matcher(page);
        while (row.find()) {
            explained.add(row.group(1));
        }
        assertEquals(alerts, explained);
    }

    /** What is durable shows a little earlier than whoever made it so hears of it. */
    private static Scrape awaitIdle(double ended) throws Exception {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (true) {
            Scrape scrape = Scrape.of(api);
            if (scrape.value(ENDED, COMPLETED) == ended
                    && scrape.value("ticktock_executor_attempts_held", Map.of()) == 0) {
                return scrape;
            }
            assertTrue(Instant.now().isBefore(deadline), () -> scrape.ours().toString());
            Thread.sleep(10);
        }
    }

    private static String metrics(String page) {
        int begin = page.indexOf("\n## Metrics\n");
        return page.substring(begin, page.indexOf("\n### ", begin));
    }

    private static int count(JsonNode executions, String kind) {
        int count = 0;
        for (JsonNode execution : executions) {
            count += execution.get("kind").asText().equals(kind) ? 1 : 0;
        }
        return count;
    }

    private static void assertMoved(int by, Scrape before, Scrape after, String name, Map<String, String> labels) {
        assertEquals(by, moved(before, after, name, labels), 0.0, () -> name + labels);
    }

    private static double moved(Scrape before, Scrape after, String name, Map<String, String> labels) {
        return after.value(name, labels) - before.value(name, labels);
    }

    private static String line(String text, String word) {
        return text.lines().filter(line -> line.contains(word)).findFirst().orElse("");
    }
}
