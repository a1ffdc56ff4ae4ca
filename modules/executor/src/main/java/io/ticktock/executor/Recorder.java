package io.ticktock.executor;

import com.google.protobuf.Message;
import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.proto.v1.AppendOutcome;
import io.ticktock.proto.v1.AppendPlanExecutionRequest;
import io.ticktock.proto.v1.AppendPlanExecutionResponse;
import io.ticktock.proto.v1.AppendTaskExecutionRequest;
import io.ticktock.proto.v1.AppendTaskExecutionResponse;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.TaskExecution;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands records to the data plane: the very same record again and again, until it is acknowledged. Only a refusal ends
 * that, and then a record that says so takes its place.
 */
final class Recorder {

    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);

    private final Bus bus;
    private final Repeater repeater;
    private final Records records;

    Recorder(Bus bus, Repeater repeater, Records records) {
        this.bus = bus;
        this.repeater = repeater;
        this.records = records;
    }

    Future<Void> record(TaskExecution execution) {
        return append(execution).recover(cause -> {
            LOG.error("The record of {} was refused", execution.getHeaders().getExecId(), cause);
            return append(refused(execution, cause));
        });
    }

    Future<Void> record(PlanExecution execution) {
        return append(execution).recover(cause -> {
            LOG.error("The record of {} was refused", execution.getHeaders().getExecId(), cause);
            return append(refused(execution, cause));
        });
    }

    private Future<Void> append(TaskExecution execution) {
        AppendTaskExecutionRequest request =
                AppendTaskExecutionRequest.newBuilder().setExecution(execution).build();
        return repeat(Addresses.STATE_APPEND_TASK, request)
                .map(AppendTaskExecutionResponse::getOutcome)
                .map(outcome -> {
                    if (outcome == AppendOutcome.APPEND_OUTCOME_RECORDED) {
                        records.add(execution);
                    }
                    return null;
                });
    }

    private Future<Void> append(PlanExecution execution) {
        AppendPlanExecutionRequest request =
                AppendPlanExecutionRequest.newBuilder().setExecution(execution).build();
        return repeat(Addresses.STATE_APPEND_PLAN, request)
                .map(AppendPlanExecutionResponse::getOutcome)
                .map(outcome -> {
                    if (outcome == AppendOutcome.APPEND_OUTCOME_RECORDED) {
                        records.add(execution);
                    }
                    return null;
                });
    }

    private <Q extends Message, R extends Message> Future<R> repeat(Address<Q, R> address, Q request) {
        return repeater.repeat(() -> bus.request(address, request), () -> true);
    }

    private static TaskExecution refused(TaskExecution execution, Throwable cause) {
        TaskExecution.Builder failed =
                execution.toBuilder().clearResult().setError(refusal(cause).error());
        failed.getHeadersBuilder().setStatus(ExecutionStatus.EXECUTION_STATUS_FAILED);
        return failed.build();
    }

    private static PlanExecution refused(PlanExecution execution, Throwable cause) {
        PlanExecution.Builder failed =
                execution.toBuilder().clearResult().setError(refusal(cause).error());
        failed.getHeadersBuilder().setStatus(ExecutionStatus.EXECUTION_STATUS_FAILED);
        return failed.build();
    }

    private static AttemptFailure refusal(Throwable cause) {
        return AttemptFailure.permanent(
                "record_refused", "the record was refused: " + Failure.of(cause).getMessage());
    }
}
