package io.ticktock.launcher;

import static io.ticktock.launcher.ServedApi.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What guardrails say over HTTP. */
class GuardedApiIT {

    private static final Path NEWTON = Path.of("..", "conf", "graphs", "newton.yaml");

    private static final String POLICIES = """
            policies:
              - name: loops
                scope: execution
                phase: admit
                applies_to: {kinds: [task]}
                when: iteration > 100
                action: ABORT_LIFETIME
                message: a Task ran 100 times
              - name: one-round
                scope: execution
                phase: admit
                applies_to: {graphs: [rounds], kinds: [task]}
                when: iteration > 1
                action: ABORT_LIFETIME
              - name: few-executions
                scope: lifetime
                applies_to: {graphs: [newton]}
                budget: {executions: 3}
            """;

    @TempDir
    private static Path folder;

    private static ServedApi api;

    @BeforeAll
    static void start() throws Exception {
        Path policies = Files.writeString(folder.resolve("policies.yaml"), POLICIES);
        api = ServedApi.start(folder.resolve("data"), "guardrail.policies=" + policies);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void aTenantSeesThePoliciesThatItsGraphsComeUnder() throws Exception {
        String key = api.tenant("bound");
        api.register(key, NEWTON);
        JsonNode page = json(api.get(key, "/v1/policies"));
        assertEquals(List.of("few-executions", "loops"), names(page));
        JsonNode budget = page.get("policies").get(0);
        assertEquals("{\"graphs\":[\"newton\"]}", budget.get("applies_to").toString());
        assertEquals("3", budget.get("budget").get("amount").asText());
        assertEquals("pause_lifetime", budget.get("decision").asText());
        JsonNode condition = page.get("policies").get(1);
        assertEquals("iteration > 100", condition.get("when").asText());
        assertEquals("admit", condition.get("phase").asText());

        String lifetime = api.start(key, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
        JsonNode paused = api.awaitStatus(key, lifetime, "paused");
        assertTrue(paused.get("reason").asText().contains("few-executions"), paused::toString);

        JsonNode first = json(api.get(key, "/v1/policies?page_size=1"));
        assertEquals(List.of("few-executions"), names(first));
        JsonNode second = json(api.get(
                key, "/v1/policies?page_token=" + first.get("next_page_token").asText()));
        assertEquals(List.of("loops"), names(second));

        JsonNode others = json(api.get(api.tenant("unbound"), "/v1/policies"));
        assertEquals(List.of("loops"), names(others));
        assertEquals(page.get("policy_digest"), others.get("policy_digest"));
    }

    @Test
    void whatAPolicyHasStoppedSaysSo() throws Exception {
        String key = api.tenant("stopped");
        api.register(key, NEWTON);
        String lifetime = api.start(key, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
        JsonNode paused = api.awaitStatus(key, lifetime, "paused").get("guardrail");
        assertEquals("few-executions", paused.get("policy").asText());
        assertEquals("pause_lifetime", paused.get("decision").asText());
        assertEquals("lifetime", paused.get("scope").asText());
        assertEquals("3", paused.get("limit").asText());
        assertEquals("4", paused.get("observed").asText());

        String rounds = Files.readString(NEWTON).replace("graph: newton", "graph: rounds");
        assertEquals(201, api.post(key, "/v1/graphs", rounds).statusCode());
        String ended = api.start(key, "{\"graph\": \"rounds\", \"input\": {\"n\": 2}}");
        assertEquals(
                "one-round",
                api.awaitStatus(key, ended, "aborted")
                        .get("guardrail")
                        .get("policy")
                        .asText());
        HttpResponse<byte[]> refused = api.post(key, ended + ":resume", "");
        ServedApi.assertProblem(409, "has ended", refused);
        JsonNode problem = json(refused);
        assertEquals("one-round", problem.get("policy").asText());
        assertEquals("abort_lifetime", problem.get("decision").asText());
        assertEquals("execution", problem.get("scope").asText());
        assertEquals("1", problem.get("limit").asText());
        assertEquals("2", problem.get("observed").asText());
    }

    @Test
    void whatAPersonHasStoppedNamesNoPolicy() throws Exception {
        String key = api.tenant("by-hand");
        api.register(key, Path.of("..", "conf", "graphs", "approval.yaml"));
        String lifetime = api.start(key, "{\"graph\": \"approval\", \"input\": {\"text\": \"Closed.\"}}");
        assertFalse(json(api.post(key, lifetime + ":abort", "")).has("guardrail"));
        HttpResponse<byte[]> refused = api.post(key, lifetime + ":resume", "");
        ServedApi.assertProblem(409, "has ended", refused);
        assertFalse(json(refused).has("policy"));
    }

    private static List<String> names(JsonNode page) {
        return page.findValuesAsText("policy");
    }
}
