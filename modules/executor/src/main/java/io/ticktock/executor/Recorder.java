package io.ticktock.executor;

import com.google.protobuf.Message;
import io.opentelemetry.context.Context;
import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.Shard;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.proto.v1.AppendOutcome;
import io.ticktock.proto.v1.AppendPlanExecutionRequest;
import io.ticktock.proto.v1.AppendPlanExecutionResponse;
import io.ticktock.proto.v1.AppendTaskExecutionRequest;
import io.ticktock.proto.v1.AppendTaskExecutionResponse;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.ReportRefusedRecordRequest;
import io.ticktock.proto.v1.TaskExecution;
import io.vertx.core.Future;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Hands records to the data plane: the very same record again and again, until it is acknowledged. Only a refusal ends
 * that, and then a record that says so takes its place, with nothing in it that could be refused. Should that be refused
 * too, the control plane is told: it would otherwise dispatch the attempt again, for ever.
 */
final class Recorder {

    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);

    private final Bus bus;
    private final Repeater repeater;
    private final Records records;
    private final AttemptSpans spans;

    Recorder(Bus bus, Repeater repeater, Records records) {
        this.bus = bus;
        this.repeater = repeater;
        this.records = records;
        this.spans = new AttemptSpans(bus.tracing());
    }

    Future<Void> record(HeldAttempt attempt, TaskExecution execution) {
        Context trace =
                spans.tell(attempt, execution.getHeaders(), execution.getTelemetry(), execution.getError(), List.of());
        return append(trace, execution)
                .recover(cause -> append(trace, refused(execution, cause)))
                .recover(cause -> report(execution.getHeaders(), cause));
    }

    Future<Void> record(HeldAttempt attempt, PlanExecution execution) {
        Context trace = spans.tell(
                attempt,
                execution.getHeaders(),
                execution.getTelemetry(),
                execution.getError(),
                execution.getArrivedExecIdsList());
        return append(trace, execution)
                .recover(cause -> append(trace, refused(execution, cause)))
                .recover(cause -> report(execution.getHeaders(), cause));
    }

    private Future<Void> append(Context trace, TaskExecution execution) {
        AppendTaskExecutionRequest request =
                AppendTaskExecutionRequest.newBuilder().setExecution(execution).build();
        return repeat(trace, Addresses.STATE_APPEND_TASK, request)
                .map(AppendTaskExecutionResponse::getOutcome)
                .map(outcome -> {
                    if (outcome == AppendOutcome.APPEND_OUTCOME_RECORDED) {
                        records.add(execution);
                    }
                    return null;
                });
    }

    private Future<Void> append(Context trace, PlanExecution execution) {
        AppendPlanExecutionRequest request =
                AppendPlanExecutionRequest.newBuilder().setExecution(execution).build();
        return repeat(trace, Addresses.STATE_APPEND_PLAN, request)
                .map(AppendPlanExecutionResponse::getOutcome)
                .map(outcome -> {
                    if (outcome == AppendOutcome.APPEND_OUTCOME_RECORDED) {
                        records.add(execution);
                    }
                    return null;
                });
    }

    /** @param trace of the attempt, null when it is not traced */
    private <Q extends Message, R extends Message> Future<R> repeat(Context trace, Address<Q, R> address, Q request) {
        return trace == null
                ? repeater.repeat(() -> bus.request(address, request), () -> true)
                : repeater.repeat(() -> Tracing.within(trace, () -> bus.request(address, request)), () -> true);
    }

    private Future<Void> report(ExecutionHeaders headers, Throwable cause) {
        beside(headers, cause).log("Every record of {} is refused", headers.getExecId());
        ReportRefusedRecordRequest request = ReportRefusedRecordRequest.newBuilder()
                .setHeaders(headers)
                .setReason(refusal(cause).getMessage())
                .build();
        return repeat(null, Addresses.CONTROL_REPORT_REFUSED_RECORD.at(Shard.of(headers.getLifetimeId())), request)
                .mapEmpty();
    }

    private static TaskExecution refused(TaskExecution execution, Throwable cause) {
        ExecutionHeaders headers = execution.getHeaders();
        beside(headers, cause).log("The record of {} was refused", headers.getExecId());
        return TaskExecution.newBuilder()
                .setHeaders(failed(headers))
                .setTelemetry(bare(execution.getTelemetry()))
                .setError(refusal(cause))
                .build();
    }

    private static PlanExecution refused(PlanExecution execution, Throwable cause) {
        ExecutionHeaders headers = execution.getHeaders();
        beside(headers, cause).log("The record of {} was refused", headers.getExecId());
        return PlanExecution.newBuilder()
                .setHeaders(failed(headers))
                .setTelemetry(bare(execution.getTelemetry()))
                .setError(refusal(cause))
                .build();
    }

    private static LoggingEventBuilder beside(ExecutionHeaders headers, Throwable cause) {
        return LOG.atError()
                .setCause(cause)
                .addKeyValue("tenant_id", headers.getTenantId())
                .addKeyValue("lifetime_id", headers.getLifetimeId())
                .addKeyValue("exec_id", headers.getExecId());
    }

    private static ExecutionHeaders failed(ExecutionHeaders headers) {
        return headers.toBuilder()
                .setStatus(ExecutionStatus.EXECUTION_STATUS_FAILED)
                .build();
    }

    /** What was spent counts all the same; what a handler calls its measures, and how many it has, is its own. */
    private static PolicyTelemetry bare(PolicyTelemetry telemetry) {
        return telemetry.toBuilder().clearMeasures().build();
    }

    private static ExecutionError refusal(Throwable cause) {
        return AttemptFailure.error(
                "record_refused", "the record was refused: " + Failure.of(cause).getMessage(), false);
    }
}
