package io.ticktock.api.operation;

import static io.ticktock.api.operation.Operation.WORKERS;
import static io.ticktock.api.operation.Operation.changing;

import io.ticktock.api.access.Caller;
import io.ticktock.api.worker.WorkerGateway;
import io.ticktock.proto.v1.CompleteHeldTaskRequest;
import io.ticktock.proto.v1.CompleteHeldTaskResponse;
import io.ticktock.proto.v1.HeartbeatHeldTaskRequest;
import io.ticktock.proto.v1.HeartbeatHeldTaskResponse;
import io.ticktock.proto.v1.WorkerHello;
import io.vertx.core.Future;

/** What workers may, and whoever they pass an attempt's token to. */
public final class WorkerOperations {

    private final WorkerGateway workers;

    /** Leave to take attempts of the caller's tenant, and to say how they ended. */
    public final Operation<WorkerHello, Caller> connect;

    /** Done once the outcome is durable. */
    public final Operation<CompleteHeldTaskRequest, CompleteHeldTaskResponse> complete;

    public final Operation<HeartbeatHeldTaskRequest, HeartbeatHeldTaskResponse> heartbeat;

    public WorkerOperations(WorkerGateway workers) {
        this.workers = workers;
        this.connect = changing(
                "workers.connect",
                WORKERS,
                hello -> "workers/" + hello.getWorkerId(),
                (caller, hello) -> Future.succeededFuture(caller));
        this.complete = changing(
                "executions.complete",
                WORKERS,
                request -> "executions/" + request.getCompletion().getExecId(),
                (caller, request) -> complete(request));
        this.heartbeat =
                changing("executions.heartbeat", WORKERS, request -> "", (caller, request) -> heartbeat(request));
    }

    private Future<CompleteHeldTaskResponse> complete(CompleteHeldTaskRequest request) {
        return workers.complete(request.getTenantId(), request.getCompletion())
                .map(CompleteHeldTaskResponse.getDefaultInstance());
    }

    private Future<HeartbeatHeldTaskResponse> heartbeat(HeartbeatHeldTaskRequest request) {
        return workers.heartbeat(request.getTenantId(), request.getExecId(), request.getToken())
                .map(HeartbeatHeldTaskResponse.getDefaultInstance());
    }
}
