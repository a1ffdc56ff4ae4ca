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

    /** Succeeds once an executor has the attempt in hand. */
    Future<DispatchResponse> route(LifetimeState state, Attempt attempt) {
        return bus.request(Addresses.EXECUTOR_RUN_PLAN, input(state, attempt));
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
