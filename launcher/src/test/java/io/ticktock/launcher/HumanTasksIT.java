package io.ticktock.launcher;

import static io.ticktock.launcher.ServedApi.assertProblem;
import static io.ticktock.launcher.ServedApi.json;
import static io.ticktock.launcher.ServedApi.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The inbox of questions to people over HTTP, on a real port and a real database. */
class HumanTasksIT {

    private static final Path APPROVAL = Path.of("..", "conf", "graphs", "approval.yaml");
    private static final String START = "{\"graph\": \"approval\", \"input\": {\"text\": \"Closed on Friday.\"}}";
    private static final String INBOX = "/v1/human-tasks";

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
    void aPersonIsAskedAndAnswersAndIsAskedAgain() throws Exception {
        String key = tenant("asked");
        String lifetime = api.start(key, START);
        JsonNode review = awaitTasks(key, 1).get(0);
        assertEquals(lifetime, "/v1/lifetimes/" + review.get("lifetime_id").asText());
        assertEquals("review", review.get("node").asText());
        assertEquals("approval", review.get("graph").asText());
        assertEquals("Round 1: may this be published?", review.get("prompt").asText());
        assertEquals("{\"text\":\"Closed on Friday.\"}", review.get("details").toString());
        assertEquals(
                "boolean", review.at("/form_schema/properties/approved/type").asText());
        assertFalse(review.get("closed").asBoolean());
        assertEquals(
                review, json(api.get(key, INBOX + "/" + review.get("exec_id").asText())));

        HttpResponse<byte[]> answered = answer(key, review, "{\"approved\": false, \"comment\": \"too short\"}");
        assertEquals(200, answered.statusCode(), () -> text(answered));
        assertTrue(json(answered).get("closed").asBoolean());
        assertProblem(409, "was answered already", answer(key, review, "{\"approved\": true}"));
        HttpResponse<byte[]> again = answer(key, review, "{\"approved\": false, \"comment\": \"too short\"}");
        assertEquals(200, again.statusCode(), () -> text(again));
        assertEquals(json(answered), json(again));

        JsonNode rework = awaitTasks(key, 1).get(0);
        assertEquals("Please rework the text: too short", rework.get("prompt").asText());
        answer(key, rework, "{\"text\": \"Closed on Friday and Monday.\"}");
        answer(key, awaitTasks(key, 1).get(0), "{\"approved\": true}");
        JsonNode ended = api.awaitStatus(key, lifetime, "completed");
        assertEquals("Closed on Friday and Monday.", ended.at("/output/text").asText());
        assertEquals(0, tasks(key, "").size());
        HttpResponse<byte[]> afterwards = answer(key, rework, "{\"text\": \"Closed on Friday and Monday.\"}");
        assertEquals(200, afterwards.statusCode(), () -> text(afterwards));
        String colleague = issued("asked", "operator");
        assertProblem(
                409, "was answered already", answer(colleague, rework, "{\"text\": \"Closed on Friday and Monday.\"}"));
    }

    @Test
    void everyFaultOfAnAnswerIsTold() throws Exception {
        String key = tenant("faulty");
        api.start(key, START);
        JsonNode review = awaitTasks(key, 1).get(0);
        HttpResponse<byte[]> refused = answer(key, review, "{\"approved\": \"yes\", \"comment\": 1, \"more\": 2}");
        assertProblem(400, "approved", refused);
        assertProblem(400, "comment", refused);
        assertProblem(400, "more", refused);
        assertProblem(400, "'answer' is missing", api.post(key, path(review) + ":answer", "{}"));
        assertEquals(1, tasks(key, "").size());
        assertEquals(200, answer(key, review, "{\"approved\": true}").statusCode());
    }

    @Test
    void ofTwoAnswersAtOnceOneCounts() throws Exception {
        String key = tenant("hasty");
        api.start(key, START);
        JsonNode review = awaitTasks(key, 1).get(0);
        List<Thread> people = new ArrayList<>();
        List<Integer> statuses = new ArrayList<>();
        for (int person = 0; person < 4; person++) {
            String comment = "I am number " + person;
            Thread thread = new Thread(() -> {
                int status = answerStatus(key, review, comment);
                synchronized (statuses) {
                    statuses.add(status);
                }
            });
            people.add(thread);
            thread.start();
        }
        for (Thread person : people) {
            person.join();
        }
        statuses.sort(null);
        assertEquals(List.of(200, 409, 409, 409), statuses);
    }

    private static int answerStatus(String key, JsonNode task, String comment) {
        try {
            return answer(key, task, "{\"approved\": true, \"comment\": \"" + comment + "\"}")
                    .statusCode();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatOneHasClaimedOthersDoNotAnswer() throws Exception {
        String ann = tenant("claims");
        String bob = issued("claims", "operator");
        String root = issued("claims", "admin");
        api.start(ann, START);
        JsonNode review = awaitTasks(ann, 1).get(0);
        HttpResponse<byte[]> claimed = api.post(ann, path(review) + ":claim", "{\"lease_s\": 3600}");
        assertEquals(200, claimed.statusCode(), () -> text(claimed));
        String who = json(claimed).get("claimed_by").asText();
        assertProblem(409, "is claimed by " + who, api.post(bob, path(review) + ":claim", ""));
        assertProblem(409, "is claimed by " + who, api.post(bob, path(review) + ":release", ""));
        assertProblem(409, "is claimed by " + who, answer(bob, review, "{\"approved\": true}"));
        assertEquals(1, tasks(ann, "?claimed_by=me").size());
        assertEquals(1, tasks(bob, "?claimed_by=" + who).size());
        assertEquals(0, tasks(bob, "?claimed_by=me").size());
        assertEquals(0, tasks(bob, "?unclaimed=true").size());
        assertProblem(400, "true or false", api.get(bob, INBOX + "?unclaimed=maybe"));

        assertEquals(200, api.post(root, path(review) + ":release", "").statusCode());
        assertEquals(1, tasks(bob, "?unclaimed=true").size());
        assertEquals(200, api.post(bob, path(review) + ":claim", "").statusCode());
        assertEquals(200, answer(root, review, "{\"approved\": true}").statusCode());
        assertProblem(409, "was answered already", api.post(bob, path(review) + ":claim", ""));
        String stranger = tenant("no-claims");
        assertEquals(404, api.post(stranger, path(review) + ":claim", "").statusCode());
    }

    private static String issued(String tenantId, String role) throws Exception {
        return json(api.post("", "/v1/tenants/" + tenantId + "/keys", "{\"roles\": [\"" + role + "\"]}"))
                .get("key")
                .asText();
    }

    @Test
    void theInboxIsListedByPagesAndFiltered() throws Exception {
        String key = tenant("pages");
        List<String> lifetimes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            lifetimes.add(api.start(key, START));
            awaitTasks(key, i + 1);
        }
        List<String> asked = new ArrayList<>();
        JsonNode first = json(api.get(key, INBOX + "?page_size=2"));
        first.get("human_tasks").forEach(task -> asked.add(lifetimeOf(task)));
        JsonNode second = json(api.get(
                key,
                INBOX + "?page_size=2&page_token="
                        + first.get("next_page_token").asText()));
        second.get("human_tasks").forEach(task -> asked.add(lifetimeOf(task)));
        assertEquals(lifetimes, asked);

        String id = lifetimes.get(1).substring("/v1/lifetimes/".length());
        assertEquals(1, tasks(key, "?lifetime=" + id).size());
        assertEquals(3, tasks(key, "?graph=approval").size());
        assertEquals(0, tasks(key, "?graph=newton").size());
        assertProblem(400, "lifetime_id must be a UUID", api.get(key, INBOX + "?lifetime=nonsense"));
    }

    @Test
    void whatEndsTheLifetimeClosesItsQuestions() throws Exception {
        String key = tenant("ended");
        String lifetime = api.start(key, START);
        JsonNode review = awaitTasks(key, 1).get(0);
        assertEquals(200, api.post(key, lifetime + ":abort", "{}").statusCode());
        assertEquals(0, tasks(key, "").size());
        assertTrue(json(api.get(key, path(review))).get("closed").asBoolean());
        assertProblem(409, "not asked any more", answer(key, review, "{\"approved\": true}"));
    }

    @Test
    void anotherTenantFindsAndAnswersNothing() throws Exception {
        String owner = tenant("inbox");
        api.start(owner, START);
        JsonNode review = awaitTasks(owner, 1).get(0);
        String stranger = tenant("thief");
        assertEquals(0, tasks(stranger, "").size());
        assertEquals(
                0,
                tasks(stranger, "?lifetime=" + review.get("lifetime_id").asText())
                        .size());
        api.assertNothingThere(stranger, INBOX + "/", review.get("exec_id").asText(), "");

        String body = "{\"answer\": {\"approved\": true}}";
        HttpResponse<byte[]> absent = api.post(stranger, INBOX + "/" + UUID.randomUUID() + ":answer", body);
        assertEquals(404, absent.statusCode());
        assertArrayEquals(
                absent.body(),
                api.post(stranger, path(review) + ":answer", body).body());
        assertArrayEquals(
                absent.body(),
                api.post(stranger, INBOX + "/nonsense:answer", body).body());
        assertFalse(json(api.get(owner, path(review))).get("closed").asBoolean());
    }

    private static String tenant(String id) throws Exception {
        String key = api.tenant(id);
        api.register(key, APPROVAL);
        return key;
    }

    private static JsonNode awaitTasks(String key, int count) throws Exception {
        return api.await(key, INBOX, shown -> shown.get("human_tasks").size() == count)
                .get("human_tasks");
    }

    private static JsonNode tasks(String key, String query) throws Exception {
        return json(api.get(key, INBOX + query)).get("human_tasks");
    }

    private static HttpResponse<byte[]> answer(String key, JsonNode task, String answer) throws Exception {
        return api.post(key, path(task) + ":answer", "{\"answer\": " + answer + "}");
    }

    private static String path(JsonNode task) {
        return INBOX + "/" + task.get("exec_id").asText();
    }

    private static String lifetimeOf(JsonNode task) {
        return "/v1/lifetimes/" + task.get("lifetime_id").asText();
    }
}
