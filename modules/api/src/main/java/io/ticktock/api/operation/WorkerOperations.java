package io.ticktock.api.operation;

import static io.ticktock.api.operation.Operation.changing;

import io.ticktock.api.access.Caller;
import io.ticktock.proto.v1.WorkerHello;
import io.vertx.core.Future;

/** What workers may. */
public final class WorkerOperations {

    /** Leave to take attempts of the caller's tenant, and to say how they ended. */
    public final Operation<WorkerHello, Caller> connect;

    WorkerOperations() {
        this.connect = changing(
                "workers.connect",
                Operation.WORKERS,
                hello -> "workers/" + hello.getWorkerId(),
                (caller, hello) -> Future.succeededFuture(caller));
    }
}
