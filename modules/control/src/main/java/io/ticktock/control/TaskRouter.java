package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.DispatchResponse;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.TaskInput;
import io.vertx.core.Future;

/** Hands attempts of Tasks to an executor. */
final class TaskRouter {

    private final Bus bus;

    TaskRouter(Bus bus) {
        this.bus = bus;
    }

    /**
     * Succeeds once an executor has the attempt in hand.
     *
     * @param mayBeOut whether an executor that is gone may have had it
     * @param isNear whether it goes to the executor of this process, if there is one
     */
    Future<DispatchResponse> route(LifetimeState state, Attempt attempt, boolean mayBeOut, boolean isNear) {
        TaskInput.Builder input = TaskInput.newBuilder()
                .setHeaders(NodeRouting.headers(state, attempt, NodeKind.NODE_KIND_TASK))
                .setSources(NodeRouting.sources(state, attempt))
                .setWaits(attempt.waits)
                .setMayBeOut(mayBeOut)
                .setRejection(NodeRouting.rejection(attempt));
        if (attempt.resumption != null) {
            input.setResumption(attempt.resumption);
        }
        return bus.request(
                isNear ? Addresses.EXECUTOR_RUN_TASK : Addresses.EXECUTOR_RUN_TASK.anywhere(), input.build());
    }
}
