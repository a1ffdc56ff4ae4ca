package io.ticktock.executor;

import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.JsonException;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.Telemetry;
import io.ticktock.sdk.Value;
import java.time.Duration;
import java.util.Optional;

/** What a worker says of an attempt, as a handler would have. */
final class WorkerOutcome {

    /** As workers call it that the time which the graph gives was over. */
    private static final String TIMED_OUT = "timed_out";

    private WorkerOutcome() {}

    /** Ends the task as the worker says it has. */
    static void conclude(RemoteTask task, TaskCompletion completion) {
        TaskOutcome outcome = of(task.attempt, completion);
        boolean hasTimeout = task.assignment.getTimeoutMs() > 0;
        if (hasTimeout && outcome instanceof Failed failed && failed.code().equals(TIMED_OUT)) {
            task.outcome.completeExceptionally(AttemptFailure.timedOut(failed));
            return;
        }
        task.outcome.complete(outcome);
    }

    /** The outcome; what was consumed goes into the attempt's telemetry. */
    private static TaskOutcome of(HeldAttempt attempt, TaskCompletion completion) {
        try {
            report(attempt.telemetry(), completion.getTelemetry());
        } catch (IllegalArgumentException e) {
            return TaskOutcome.failure("invalid_telemetry", "the worker's telemetry: " + e.getMessage(), false);
        }
        return switch (completion.getOutcomeCase()) {
            case RESULT -> succeeded(completion.getResult());
            case ERROR -> failed(completion.getError());
            case OUTCOME_NOT_SET ->
                TaskOutcome.failure("no_outcome", "the worker gave neither a result nor an error", false);
        };
    }

    /** What says that it is JSON is: whoever gets it relies on that, long after the worker could be told. */
    private static TaskOutcome succeeded(Payload result) {
        if (result.hasBlob()) {
            return invalidResult("must be inline, not a blob");
        }
        Value value = Value.of(result);
        if (!value.isJson()) {
            return TaskOutcome.success(value);
        }
        if (result.getInline().isEmpty()) {
            return TaskOutcome.success(Value.NULL);
        }
        try {
            value.tree();
            return TaskOutcome.success(value);
        } catch (JsonException e) {
            return invalidResult("is " + e.getMessage());
        }
    }

    private static TaskOutcome invalidResult(String what) {
        return TaskOutcome.failure("invalid_result", "a worker's result " + what, false);
    }

    private static void report(Telemetry to, PolicyTelemetry reported) {
        to.addTokens(reported.getTokensUsed());
        to.addCostMicros(reported.getCostMicros());
        to.addUsage(reported.getUsage());
        reported.getMeasuresMap().forEach(to::measure);
    }

    private static TaskOutcome failed(ExecutionError error) {
        Optional<Duration> retryAfter = error.getRetryAfterMs() > 0
                ? Optional.of(Duration.ofMillis(error.getRetryAfterMs()))
                : Optional.empty();
        String code = error.getCode().isEmpty() ? "worker_failed" : error.getCode();
        return new Failed(code, error.getMessage(), error.getRetryable(), retryAfter);
    }
}
