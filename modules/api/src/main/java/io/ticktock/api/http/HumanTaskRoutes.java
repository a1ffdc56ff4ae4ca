package io.ticktock.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.api.operation.HumanTaskOperations;
import io.ticktock.proto.v1.AnswerHumanTaskRequest;
import io.ticktock.proto.v1.ClaimHumanTaskRequest;
import io.ticktock.proto.v1.GetHumanTaskRequest;
import io.ticktock.proto.v1.HumanRequest;
import io.ticktock.proto.v1.HumanTask;
import io.ticktock.proto.v1.ListHumanTasksRequest;
import io.ticktock.proto.v1.ReleaseHumanTaskRequest;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Routes of questions to people. */
final class HumanTaskRoutes {

    private static final String HUMAN_TASKS = "/v1/human-tasks";

    /** Whoever asks. */
    private static final String ME = "me";

    private final HumanTaskOperations humanTasks;

    HumanTaskRoutes(HumanTaskOperations humanTasks) {
        this.humanTasks = humanTasks;
    }

    List<HttpRoute> routes() {
        return List.of(
                HttpRoute.get(HUMAN_TASKS, "Lists questions that wait for a person, oldest first.", this::list),
                HttpRoute.get(HUMAN_TASKS + "/{exec}", "Shows a question.", this::get),
                HttpRoute.post(
                        HUMAN_TASKS + "/{exec}:claim",
                        "Keeps others from answering a question for a while.",
                        this::claim),
                HttpRoute.post(HUMAN_TASKS + "/{exec}:release", "Gives a claim up.", this::release),
                HttpRoute.post(HUMAN_TASKS + "/{exec}:answer", "Answers a question, once.", this::answer));
    }

    private Future<HttpAnswer> list(HttpCall call) {
        call.requireQuery("graph", "lifetime", "claimed_by", "unclaimed", JsonPage.SIZE, JsonPage.TOKEN);
        ListHumanTasksRequest request = ListHumanTasksRequest.newBuilder()
                .setGraphName(call.query("graph").orElse(""))
                .setLifetimeId(call.query("lifetime").orElse(""))
                .setClaimedBy(call.query("claimed_by")
                        .map(who -> who.equals(ME) ? call.caller().actor() : who)
                        .orElse(""))
                .setUnclaimed(call.flag("unclaimed"))
                .setPageSize(call.pageSize())
                .setPageToken(call.pageToken())
                .build();
        return call.perform(humanTasks.list, request)
                .map(page -> JsonPage.of(
                        "human_tasks", page.getHumanTasksList(), HumanTaskRoutes::json, page.getNextPageToken()));
    }

    private Future<HttpAnswer> get(HttpCall call) {
        call.requireQuery();
        GetHumanTaskRequest request =
                GetHumanTaskRequest.newBuilder().setExecId(call.path("exec")).build();
        return call.perform(humanTasks.get, request).map(found -> HttpAnswer.ok(json(found.getHumanTask())));
    }

    private Future<HttpAnswer> claim(HttpCall call) {
        JsonBody body = call.json("lease_s");
        ClaimHumanTaskRequest request = ClaimHumanTaskRequest.newBuilder()
                .setExecId(call.path("exec"))
                .setLeaseS(body.value("lease_s").map(HumanTaskRoutes::seconds).orElse(0))
                .build();
        return call.perform(humanTasks.claim, request).map(claimed -> HttpAnswer.ok(json(claimed.getHumanTask())));
    }

    private static int seconds(JsonNode value) {
        if (!value.canConvertToInt() || !value.isIntegralNumber() || value.intValue() < 1) {
            throw JsonBody.invalid("'lease_s' must be a number of seconds, at least 1");
        }
        return value.intValue();
    }

    private Future<HttpAnswer> release(HttpCall call) {
        call.json();
        ReleaseHumanTaskRequest request = ReleaseHumanTaskRequest.newBuilder()
                .setExecId(call.path("exec"))
                .build();
        return call.perform(humanTasks.release, request).map(released -> HttpAnswer.ok(json(released.getHumanTask())));
    }

    private Future<HttpAnswer> answer(HttpCall call) {
        JsonBody body = call.json("answer");
        AnswerHumanTaskRequest request = AnswerHumanTaskRequest.newBuilder()
                .setExecId(call.path("exec"))
                .setAnswer(LifetimeJson.payload(
                        body.value("answer").orElseThrow(() -> JsonBody.invalid("'answer' is missing"))))
                .build();
        return call.perform(humanTasks.answer, request).map(answered -> HttpAnswer.ok(json(answered.getHumanTask())));
    }

    private static ObjectNode json(HumanTask task) {
        HumanRequest asked = task.getRequest();
        ObjectNode json = JsonText.object();
        json.put("exec_id", task.getExecId());
        json.put("lifetime_id", task.getLifetimeId());
        json.put("node", task.getNodeId());
        json.put("graph", task.getGraphName());
        json.put("version", task.getGraphVersion());
        json.put("prompt", asked.getPrompt());
        json.set("details", asked.hasDetails() ? LifetimeJson.payload(asked.getDetails()) : null);
        json.set("form_schema", schema(asked.getFormSchema()));
        json.put("asked_at", LifetimeJson.time(task.getAskedAt()));
        json.put("deadline", task.hasDeadline() ? LifetimeJson.time(task.getDeadline()) : null);
        json.put("closed", task.getClosed());
        json.put("claimed_by", task.getClaimedBy().isEmpty() ? null : task.getClaimedBy());
        json.put("claimed_until", task.hasClaimedUntil() ? LifetimeJson.time(task.getClaimedUntil()) : null);
        return json;
    }

    /** Null when any answer will do. */
    private static JsonNode schema(String schema) {
        return JsonText.value(schema.getBytes(StandardCharsets.UTF_8)).orElse(NullNode.getInstance());
    }
}
