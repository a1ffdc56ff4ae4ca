package io.ticktock.api.http;

import com.google.protobuf.ByteString;
import io.ticktock.api.operation.HumanTaskOperations;
import io.ticktock.api.operation.WorkerOperations;
import io.ticktock.proto.v1.AnswerHumanTaskRequest;
import io.ticktock.proto.v1.CompleteHeldTaskRequest;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.HeartbeatHeldTaskRequest;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.TaskCompletion;
import io.vertx.core.Future;
import java.util.HexFormat;
import java.util.List;

/** Routes for outside systems that do, or answer, what an execution waits for. */
final class ExecutionRoutes {

    private static final String EXECUTION = "/v1/executions/{exec}";
    private static final HexFormat HEX = HexFormat.of();

    private final WorkerOperations workers;
    private final HumanTaskOperations humanTasks;

    ExecutionRoutes(WorkerOperations workers, HumanTaskOperations humanTasks) {
        this.workers = workers;
        this.humanTasks = humanTasks;
    }

    List<HttpRoute> routes() {
        return List.of(
                HttpRoute.post(
                        EXECUTION + ":complete",
                        "Gives the result of an execution that a worker has, by its token, or that asks a person.",
                        this::complete),
                HttpRoute.post(EXECUTION + ":fail", "Lets an execution fail that a worker has.", this::fail),
                HttpRoute.post(
                        EXECUTION + ":heartbeat", "Keeps an execution alive that a worker has.", this::heartbeat));
    }

    private Future<HttpAnswer> complete(HttpCall call) {
        JsonBody body = call.json("token", "result");
        Payload result =
                LifetimeJson.payload(body.value("result").orElseThrow(() -> JsonBody.invalid("'result' is missing")));
        if (body.value("token").isEmpty()) {
            AnswerHumanTaskRequest answer = AnswerHumanTaskRequest.newBuilder()
                    .setExecId(call.path("exec"))
                    .setAnswer(result)
                    .build();
            return call.perform(humanTasks.answer, answer).map(answered -> done());
        }
        return settle(call, completion(call, body).setResult(result));
    }

    private Future<HttpAnswer> fail(HttpCall call) {
        JsonBody body = call.json("token", "code", "message", "retryable");
        ExecutionError error = ExecutionError.newBuilder()
                .setCode(body.requiredText("code"))
                .setMessage(body.text("message").orElse(""))
                .setRetryable(body.flag("retryable"))
                .build();
        return settle(call, completion(call, body).setError(error));
    }

    private Future<HttpAnswer> heartbeat(HttpCall call) {
        JsonBody body = call.json("token");
        HeartbeatHeldTaskRequest request = HeartbeatHeldTaskRequest.newBuilder()
                .setExecId(call.path("exec"))
                .setToken(token(body))
                .build();
        return call.perform(workers.heartbeat, request).map(alive -> done());
    }

    private Future<HttpAnswer> settle(HttpCall call, TaskCompletion.Builder completion) {
        CompleteHeldTaskRequest request =
                CompleteHeldTaskRequest.newBuilder().setCompletion(completion).build();
        return call.perform(workers.complete, request).map(settled -> done());
    }

    private static TaskCompletion.Builder completion(HttpCall call, JsonBody body) {
        return TaskCompletion.newBuilder().setExecId(call.path("exec")).setToken(token(body));
    }

    private static HttpAnswer done() {
        return HttpAnswer.ok(JsonText.object());
    }

    private static ByteString token(JsonBody body) {
        String token = body.requiredText("token");
        try {
            return ByteString.copyFrom(HEX.parseHex(token));
        } catch (IllegalArgumentException e) {
            throw JsonBody.invalid("'token' must be that of the assignment, in hexadecimal digits");
        }
    }
}
