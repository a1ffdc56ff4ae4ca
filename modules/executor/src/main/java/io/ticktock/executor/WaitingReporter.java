package io.ticktock.executor;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.ExecutionWaiting;
import io.ticktock.proto.v1.HumanRequest;
import io.ticktock.proto.v1.ReportWaitingRequest;
import io.ticktock.proto.v1.ReportWaitingResponse;
import io.ticktock.proto.v1.WorkerRequest;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskOutcome.WaitingForAnswer;
import io.ticktock.sdk.TaskOutcome.WaitingForChild;
import io.ticktock.sdk.TaskOutcome.WaitingForWorker;
import io.ticktock.sdk.TaskOutcome.WaitingUntil;
import io.vertx.core.Future;
import java.time.Instant;

/** Tells the control plane, until it has acknowledged, what an attempt waits for. */
final class WaitingReporter {

    private final Bus bus;
    private final Repeater repeater;
    private final ResultStore results;

    WaitingReporter(Bus bus, Repeater repeater, ResultStore results) {
        this.bus = bus;
        this.repeater = repeater;
        this.results = results;
    }

    Future<Void> report(HeldAttempt attempt, TaskOutcome wait) {
        return waiting(attempt, wait)
                .map(waiting -> waiting.setHeaders(attempt.headers())
                        .setWaits(attempt.waits())
                        .build())
                .compose(waiting -> report(attempt, waiting));
    }

    private Future<ExecutionWaiting.Builder> waiting(HeldAttempt attempt, TaskOutcome wait) {
        if (wait instanceof WaitingForAnswer person) {
            HumanRequest request = person.request();
            return results.store(attempt, request.getDetails())
                    .map(details -> request.hasDetails()
                            ? request.toBuilder().setDetails(details).build()
                            : request)
                    .map(ExecutionWaiting.newBuilder()::setHuman);
        }
        if (wait instanceof WaitingForChild child) {
            return results.store(attempt, child.request().getInput())
                    .map(input -> child.request().toBuilder().setInput(input).build())
                    .map(ExecutionWaiting.newBuilder()::setChild);
        }
        if (wait instanceof WaitingForWorker worker) {
            return Future.succeededFuture(ExecutionWaiting.newBuilder()
                    .setWorker(WorkerRequest.newBuilder().setTaskType(worker.taskType())));
        }
        return Future.succeededFuture(ExecutionWaiting.newBuilder().setUntil(timestamp(((WaitingUntil) wait).time())));
    }

    private Future<Void> report(HeldAttempt attempt, ExecutionWaiting waiting) {
        attempt.reportingWait();
        ReportWaitingRequest request =
                ReportWaitingRequest.newBuilder().setWaiting(waiting).build();
        Address<ReportWaitingRequest, ReportWaitingResponse> address =
                Addresses.CONTROL_REPORT_WAITING.at(Shard.of(attempt.lifetimeId()));
        return repeater.repeat(() -> bus.request(address, request), () -> !attempt.isAbandoned())
                .mapEmpty();
    }

    private static Timestamp timestamp(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }
}
