package io.ticktock.launcher;

import static io.ticktock.launcher.ServedApi.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tenants may have, over HTTP. */
class QuotasIT {

    private static final Path APPROVAL = Path.of("..", "conf", "graphs", "approval.yaml");
    private static final String START = "{\"graph\": \"approval\", \"input\": {\"text\": \"Closed.\"}}";
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

    @TempDir
    private static Path folder;

    private static ServedApi api;

    @BeforeAll
    static void start() throws Exception {
        api = ServedApi.start(folder, "control.quotas.running_lifetimes=50");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void aTenantStartsNoMoreThanItsRateAndBurst() throws Exception {
        String key = tenant("rated");
        String other = tenant("unrated");
        change("rated", "{\"starts_per_second\": 1, \"start_burst\": 2}");
        HttpResponse<byte[]> refused = null;
        int started = 0;
        while (refused == null && started < 10) {
            HttpResponse<byte[]> response = api.post(key, "/v1/lifetimes", START);
            if (response.statusCode() == 201) {
                started++;
            } else {
                refused = response;
            }
        }
        assertTrue(started >= 2 && started < 10, "it started " + started);
        assertRefused(refused, "starts_per_second", "1", 1);
        for (int i = 0; i < 10; i++) {
            api.start(other, START);
        }

        change("rated", "{\"starts_per_second\": null, \"start_burst\": null}");
        awaitStarts(key, 5);
    }

    @Test
    void aTenantHasNoMoreRunningThanItMay() throws Exception {
        String key = tenant("few");
        String other = tenant("many");
        change("few", "{\"running_lifetimes\": 2}");
        String first = api.start(key, START);
        api.start(key, START);
        assertRefused(api.post(key, "/v1/lifetimes", START), "running_lifetimes", "2", 5);
        for (int i = 0; i < 5; i++) {
            api.start(other, START);
        }

        assertEquals(200, api.post(key, first + ":abort", "").statusCode());
        api.start(key, START);
        assertRefused(api.post(key, "/v1/lifetimes", START), "running_lifetimes", "2", 5);
        change("few", "{\"running_lifetimes\": 4}");
        awaitStarts(key, 2);
        assertRefused(api.post(key, "/v1/lifetimes", START), "running_lifetimes", "4", 5);
    }

    @Test
    void whatIsNotSetIsAsTheConfigurationSays() throws Exception {
        String key = tenant("usual");
        // What begins while the data plane counts may count twice for a while.
        awaitStarts(key, 50);
        assertRefused(api.post(key, "/v1/lifetimes", START), "running_lifetimes", "50", 5);
    }

    @Test
    void whoHasStoredEnoughStartsNoMore() throws Exception {
        String key = tenant("hoarder");
        change("hoarder", "{\"stored_bytes\": 1000}");
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        HttpResponse<byte[]> response = api.post(key, "/v1/lifetimes", START);
        while (response.statusCode() == 201) {
            assertTrue(Instant.now().isBefore(deadline), "it is still let in");
            Thread.sleep(200);
            response = api.post(key, "/v1/lifetimes", START);
        }
        assertRefused(response, "stored_bytes", "1000", 60);
        assertTrue(Long.parseLong(json(response).get("observed").asText()) > 1000, () -> "observed too little");
        change("hoarder", "{\"stored_bytes\": 1000000}");
        awaitStarts(key, 1);
    }

    @Test
    void quotasAreShownAndSetByWhoOperatesTheSystem() throws Exception {
        HttpResponse<byte[]> made =
                api.post("", "/v1/tenants", "{\"tenant_id\": \"shown\", \"quotas\": {\"start_burst\": 3}}");
        assertEquals(201, made.statusCode());
        assertEquals("{\"start_burst\":3}", json(made).get("quotas").toString());
        JsonNode changed = change("shown", "{\"start_burst\": null, \"stored_bytes\": 5}");
        assertEquals("{\"stored_bytes\":5}", changed.get("quotas").toString());
        assertEquals(changed, json(api.get("", "/v1/tenants/shown")));

        String admin = json(api.post("", "/v1/tenants/shown/keys", "{\"roles\": [\"admin\"]}"))
                .get("key")
                .asText();
        assertEquals(
                403,
                patch(admin, "shown", "{\"quotas\": {\"stored_bytes\": 9}}").statusCode());
        HttpResponse<byte[]> foreign = patch(admin, "usual-not", "{\"quotas\": {\"stored_bytes\": 9}}");
        assertEquals(404, foreign.statusCode());
        assertEquals(
                404, patch("", "nobody", "{\"quotas\": {\"stored_bytes\": 9}}").statusCode());
        Map<String, String> faults = Map.of(
                "{\"quotas\": {\"stored_bytes\": 0}}", "'quotas.stored_bytes' must be a whole number of at least 1",
                "{\"quotas\": {\"stored_bytes\": 1.5}}", "'quotas.stored_bytes' must be a whole number of at least 1",
                "{\"quotas\": {\"bytes\": 1}}", "there is no quota 'bytes'; the quotas are starts_per_second",
                "{\"quotas\": {}}", "update_mask must name at least one quota",
                "{\"quotas\": 7}", "'quotas' must be an object",
                "{}", "'quotas' is missing");
        for (Map.Entry<String, String> fault : faults.entrySet()) {
            ServedApi.assertProblem(400, fault.getValue(), patch("", "shown", fault.getKey()));
        }
        assertEquals(changed, json(api.get("", "/v1/tenants/shown")));
    }

    private static String tenant(String id) throws Exception {
        String key = api.tenant(id);
        api.register(key, APPROVAL);
        return key;
    }

    private static JsonNode change(String tenantId, String quotas) throws Exception {
        HttpResponse<byte[]> changed = patch("", tenantId, "{\"quotas\": " + quotas + "}");
        assertEquals(200, changed.statusCode(), () -> ServedApi.text(changed));
        return json(changed);
    }

    private static HttpResponse<byte[]> patch(String key, String tenantId, String body) throws Exception {
        return api.send(api.request(key, "/v1/tenants/" + tenantId).method("PATCH", BodyPublishers.ofString(body)));
    }

    /** Of what was changed, running processes hear within seconds. */
    private static void awaitStarts(String key, int count) throws Exception {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        for (int started = 0; started < count; ) {
            if (api.post(key, "/v1/lifetimes", START).statusCode() == 201) {
                started++;
            } else {
                assertTrue(Instant.now().isBefore(deadline), "the change is not heard of");
                Thread.sleep(100);
            }
        }
    }

    private static void assertRefused(HttpResponse<byte[]> response, String quota, String limit, int retryAfterS)
            throws Exception {
        assertEquals(429, response.statusCode(), () -> ServedApi.text(response));
        JsonNode problem = json(response);
        assertEquals("urn:ticktock:problem:quota_exceeded", problem.get("type").asText());
        assertEquals(quota, problem.get("quota").asText());
        assertEquals(limit, problem.get("limit").asText());
        assertTrue(Long.parseLong(problem.get("observed").asText()) >= Long.parseLong(limit), problem::toString);
        assertEquals(List.of(Integer.toString(retryAfterS)), response.headers().allValues("Retry-After"));
    }
}
