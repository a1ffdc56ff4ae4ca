package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.DispatchResponse;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.PlanInput;
import io.vertx.core.Future;

/** Hands attempts of Plans to an executor. */
final class PlanRouter {

    private final Bus bus;

    PlanRouter(Bus bus) {
        this.bus = bus;
    }

    /**
     * Succeeds once an executor has the attempt in hand.
     *
     * @param isNear whether it goes to the executor of this process, if there is one
     */
    Future<DispatchResponse> route(LifetimeState state, Attempt attempt, boolean isNear) {
        return bus.request(
                isNear ? Addresses.EXECUTOR_RUN_PLAN : Addresses.EXECUTOR_RUN_PLAN.anywhere(), input(state, attempt));
    }

    /** What the attempt is to decide over. */
    static PlanInput input(LifetimeState state, Attempt attempt) {
        return PlanInput.newBuilder()
                .setHeaders(NodeRouting.headers(state, attempt, NodeKind.NODE_KIND_PLAN))
                .setSources(NodeRouting.sources(state, attempt))
                .setRejection(NodeRouting.rejection(attempt))
                .build();
    }
}
