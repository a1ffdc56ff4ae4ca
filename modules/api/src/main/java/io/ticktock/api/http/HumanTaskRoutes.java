package io.ticktock.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.api.operation.HumanTaskOperations;
import io.ticktock.proto.v1.AnswerHumanTaskRequest;
import io.ticktock.proto.v1.GetHumanTaskRequest;
import io.ticktock.proto.v1.HumanRequest;
import io.ticktock.proto.v1.HumanTask;
import io.ticktock.proto.v1.ListHumanTasksRequest;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Routes of questions to people. */
final class HumanTaskRoutes {

    private static final String HUMAN_TASKS = "/v1/human-tasks";

    private final HumanTaskOperations humanTasks;

    HumanTaskRoutes(HumanTaskOperations humanTasks) {
        this.humanTasks = humanTasks;
    }

    List<HttpRoute> routes() {
        return List.of(
                HttpRoute.get(HUMAN_TASKS, "Lists questions that wait for a person, oldest first.", this::list),
                HttpRoute.get(HUMAN_TASKS + "/{exec}", "Shows a question.", this::get),
                HttpRoute.post(HUMAN_TASKS + "/{exec}:answer", "Answers a question, once.", this::answer));
    }

    private Future<HttpAnswer> list(HttpCall call) {
        call.requireQuery("graph", "lifetime", JsonPage.SIZE, JsonPage.TOKEN);
        ListHumanTasksRequest request = ListHumanTasksRequest.newBuilder()
                .setGraphName(call.query("graph").orElse(""))
                .setLifetimeId(call.query("lifetime").orElse(""))
                .setPageSize(call.pageSize())
                .setPageToken(call.pageToken())
                .build();
        return call.perform(humanTasks.list, request)
                .map(page -> JsonPage.of(
                        "human_tasks", page.getHumanTasksList(), HumanTaskRoutes::json, page.getNextPageToken()));
    }

    private Future<HttpAnswer> get(HttpCall call) {
        call.requireQuery();
        return shown(call);
    }

    private Future<HttpAnswer> shown(HttpCall call) {
        GetHumanTaskRequest request =
                GetHumanTaskRequest.newBuilder().setExecId(call.path("exec")).build();
        return call.perform(humanTasks.get, request).map(found -> HttpAnswer.ok(json(found.getHumanTask())));
    }

    private Future<HttpAnswer> answer(HttpCall call) {
        JsonBody body = call.json("answer");
        AnswerHumanTaskRequest request = AnswerHumanTaskRequest.newBuilder()
                .setExecId(call.path("exec"))
                .setAnswer(LifetimeJson.payload(
                        body.value("answer").orElseThrow(() -> JsonBody.invalid("'answer' is missing"))))
                .build();
        return call.perform(humanTasks.answer, request).compose(answered -> shown(call));
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
        return json;
    }

    /** Null when any answer will do. */
    private static JsonNode schema(String schema) {
        return JsonText.value(schema.getBytes(StandardCharsets.UTF_8)).orElse(NullNode.getInstance());
    }
}
