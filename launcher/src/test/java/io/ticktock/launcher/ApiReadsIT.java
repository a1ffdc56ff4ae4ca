package io.ticktock.launcher;

import static io.ticktock.launcher.ServedApi.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be read of lifetimes over HTTP, on a real port and a real database. */
class ApiReadsIT {

    private static final Path NEWTON = Path.of("..", "conf", "graphs", "newton.yaml");

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
    void anExecutionIsShownWithItsResult() throws Exception {
        String key = api.tenant("results");
        api.register(key, NEWTON);
        String lifetime = api.start(key, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
        JsonNode ended = api.awaitStatus(key, lifetime, "completed");
        JsonNode listed = json(api.get(key, lifetime + "/executions")).get("executions");

        JsonNode guess = json(api.get(key, executionOf(lifetime, listed.get(0))));
        assertEquals("{\"n\":2,\"x\":2}", guess.get("result").toString());
        listed.get(0).fields().forEachRemaining(field -> assertEquals(field.getValue(), guess.get(field.getKey())));

        JsonNode last = json(api.get(key, executionOf(lifetime, listed.get(listed.size() - 1))));
        assertEquals("plan", last.get("kind").asText());
        JsonNode chosen = last.get("result").get("next").get(0);
        assertEquals("END", chosen.get("task").asText());
        assertEquals(ended.get("output"), chosen.get("input"));
        assertEquals(1, last.get("arrived_exec_ids").size());
    }

    private static String executionOf(String lifetime, JsonNode listed) {
        return lifetime + "/executions/" + listed.get("exec_id").asText();
    }

    @Test
    void anExecutionOfAnotherTenantIsNotThere() throws Exception {
        String owner = api.tenant("shown");
        api.register(owner, NEWTON);
        String lifetime = api.start(owner, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
        api.awaitStatus(owner, lifetime, "completed");
        String execId = json(api.get(owner, lifetime + "/executions?page_size=1"))
                .get("executions")
                .get(0)
                .get("exec_id")
                .asText();
        String stranger = api.tenant("looker");
        api.register(stranger, NEWTON);
        String other = api.start(stranger, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");

        assertTrue(lifetime.startsWith("/v1/lifetimes/"));
        String id = lifetime.substring("/v1/lifetimes/".length());
        api.assertNothingThere(stranger, "/v1/lifetimes/", id, "/executions/" + execId);
        api.assertNothingThere(stranger, other + "/executions/", execId, "");
    }
}
