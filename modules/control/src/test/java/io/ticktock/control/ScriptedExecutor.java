package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.AppendPlanExecutionRequest;
import io.ticktock.proto.v1.AppendTaskExecutionRequest;
import io.ticktock.proto.v1.DispatchResponse;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.ExecutionWaiting;
import io.ticktock.proto.v1.HeldExecutionsRequest;
import io.ticktock.proto.v1.HeldExecutionsResponse;
import io.ticktock.proto.v1.HumanRequest;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PlanInput;
import io.ticktock.proto.v1.PlanResult;
import io.ticktock.proto.v1.ReportRefusedRecordRequest;
import io.ticktock.proto.v1.ReportWaitingRequest;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.proto.v1.TaskInput;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An executor without handlers: the node's id says what a Task does ({@code human…} and {@code wait…} wait,
 * {@code flaky…} fails at its first attempt, of {@code refused…} no record can be made), a function says what a Plan chooses. Repeats every record until it is
 * acknowledged.
 */
final class ScriptedExecutor extends VerticleBase {

    private static final long REPEAT_MS = 20;

    private final Bus bus;
    private final Function<ExecutionHeaders, List<String>> choices;
    private final Duration wait;
    private final Set<String> held = ConcurrentHashMap.newKeySet();

    /** @param wait how long {@code wait…} takes */
    ScriptedExecutor(Bus bus, Function<ExecutionHeaders, List<String>> choices, Duration wait) {
        this.bus = bus;
        this.choices = choices;
        this.wait = wait;
    }

    @Override
    public Future<?> start() {
        return Future.all(
                bus.serve(Addresses.EXECUTOR_RUN_TASK, this::runTask),
                bus.serve(Addresses.EXECUTOR_RUN_PLAN, this::runPlan),
                bus.serve(Addresses.EXECUTOR_HELD, this::held));
    }

    private Future<DispatchResponse> runTask(TaskInput input) {
        ExecutionHeaders headers = input.getHeaders();
        if (held.add(headers.getExecId())) {
            release(headers, untilDone(vertx, () -> finish(input)));
        }
        return Future.succeededFuture(DispatchResponse.getDefaultInstance());
    }

    private Future<?> finish(TaskInput input) {
        ExecutionHeaders headers = input.getHeaders();
        boolean waits =
                headers.getNodeId().startsWith("human") || headers.getNodeId().startsWith("wait");
        int mostWaits = headers.getNodeId().startsWith("waittwice") ? 2 : 1;
        if (waits && input.getWaits() < mostWaits) {
            return bus.request(
                    Addresses.CONTROL_REPORT_WAITING.at(Shard.of(headers.getLifetimeId())),
                    ReportWaitingRequest.newBuilder().setWaiting(waiting(input)).build());
        }
        if (headers.getNodeId().startsWith("refused")) {
            return bus.request(
                    Addresses.CONTROL_REPORT_REFUSED_RECORD.at(Shard.of(headers.getLifetimeId())),
                    ReportRefusedRecordRequest.newBuilder()
                            .setHeaders(headers)
                            .setReason("it has no place")
                            .build());
        }
        return bus.request(
                Addresses.STATE_APPEND_TASK,
                AppendTaskExecutionRequest.newBuilder()
                        .setExecution(record(headers))
                        .build());
    }

    private ExecutionWaiting waiting(TaskInput input) {
        ExecutionHeaders headers = input.getHeaders();
        ExecutionWaiting.Builder waiting =
                ExecutionWaiting.newBuilder().setHeaders(headers).setWaits(input.getWaits());
        return headers.getNodeId().startsWith("human")
                ? waiting.setHuman(HumanRequest.newBuilder().setPrompt("?")).build()
                : waiting.setUntil(ProtoTime.timestamp(ProtoTime.instant(headers.getScheduledAt())
                                .plus(wait.plusMillis(200L * input.getWaits()))))
                        .build();
    }

    private static TaskExecution record(ExecutionHeaders headers) {
        boolean fails = headers.getNodeId().startsWith("flaky") && headers.getAttempt() == 1;
        if (!fails) {
            return TaskExecution.newBuilder().setHeaders(ended(headers, true)).build();
        }
        return TaskExecution.newBuilder()
                .setHeaders(ended(headers, false))
                .setError(ExecutionError.newBuilder().setCode("flaky").setRetryable(true))
                .build();
    }

    private Future<DispatchResponse> runPlan(PlanInput input) {
        ExecutionHeaders headers = input.getHeaders();
        PlanExecution record = PlanExecution.newBuilder()
                .setHeaders(ended(headers, true))
                .setResult(PlanResult.newBuilder().addAllNextTaskIds(choices.apply(headers)))
                .build();
        if (held.add(headers.getExecId())) {
            release(
                    headers,
                    untilDone(
                            vertx,
                            () -> bus.request(
                                    Addresses.STATE_APPEND_PLAN,
                                    AppendPlanExecutionRequest.newBuilder()
                                            .setExecution(record)
                                            .build())));
        }
        return Future.succeededFuture(DispatchResponse.getDefaultInstance());
    }

    private static ExecutionHeaders ended(ExecutionHeaders headers, boolean succeeded) {
        return headers.toBuilder()
                .setStatus(
                        succeeded
                                ? ExecutionStatus.EXECUTION_STATUS_SUCCEEDED
                                : ExecutionStatus.EXECUTION_STATUS_FAILED)
                .setFinishedAt(ProtoTime.timestamp(Instant.now()))
                .build();
    }

    private void release(ExecutionHeaders headers, Future<?> done) {
        done.onComplete(any -> held.remove(headers.getExecId()));
    }

    private Future<HeldExecutionsResponse> held(HeldExecutionsRequest request) {
        List<String> both = new ArrayList<>(request.getExecIdsList());
        both.retainAll(held);
        return Future.succeededFuture(
                HeldExecutionsResponse.newBuilder().addAllExecIds(both).build());
    }

    private static Future<?> untilDone(Vertx vertx, Supplier<Future<?>> step) {
        return step.get()
                .transform(result -> result.succeeded()
                        ? Future.succeededFuture()
                        : vertx.timer(REPEAT_MS, java.util.concurrent.TimeUnit.MILLISECONDS)
                                .compose(fired -> untilDone(vertx, step)));
    }
}
