package io.ticktock.api.operation;

import static io.ticktock.api.operation.Operation.reading;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.FindExecutionsRequest;
import io.ticktock.proto.v1.FindExecutionsResponse;
import io.ticktock.proto.v1.ListHistoryRequest;
import io.ticktock.proto.v1.ListHistoryResponse;
import io.ticktock.proto.v1.ReplayLifetimeRequest;
import io.ticktock.proto.v1.ReplayLifetimeResponse;
import io.ticktock.proto.v1.ReplayPlansRequest;
import io.ticktock.proto.v1.ReplayPlansResponse;
import io.vertx.core.Future;

/** Looks back: decides anew what is recorded, and reads what drafts of policies are tried out on. Changes nothing. */
public final class HistoryOperations {

    private final Bus bus;

    public final Operation<ReplayLifetimeRequest, ReplayLifetimeResponse> replay;
    public final Operation<ReplayPlansRequest, ReplayPlansResponse> replayPlans;
    public final Operation<ListHistoryRequest, ListHistoryResponse> list;
    /** Those of the executions that have a record; the others are left out. */
    public final Operation<FindExecutionsRequest, FindExecutionsResponse> records;

    public HistoryOperations(Bus bus) {
        this.bus = bus;
        this.replay = reading("lifetimes.replay", (caller, request) -> replay(request));
        this.replayPlans = reading("plans.replay", (caller, request) -> replayPlans(request));
        this.list = reading("history.list", (caller, request) -> bus.request(Addresses.STATE_LIST_HISTORY, request));
        this.records =
                reading("executions.find", (caller, request) -> bus.request(Addresses.STATE_FIND_EXECUTIONS, request));
    }

    private Future<ReplayLifetimeResponse> replay(ReplayLifetimeRequest request) {
        Ids.require(request.getLifetimeId(), "lifetime");
        return bus.request(Addresses.CONTROL_REPLAY, request);
    }

    private Future<ReplayPlansResponse> replayPlans(ReplayPlansRequest request) {
        Ids.require(request.getLifetimeId(), "lifetime");
        return bus.request(Addresses.CONTROL_REPLAY_PLANS, request);
    }
}
