package io.ticktock.launcher;

import static io.ticktock.launcher.ServedApi.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
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

    private static List<String> names(JsonNode page) {
        return page.findValuesAsText("policy");
    }
}
