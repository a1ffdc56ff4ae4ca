package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AppendDecisionRequest;
import io.ticktock.proto.v1.AppendDecisionResponse;
import io.ticktock.proto.v1.Fence;
import io.ticktock.proto.v1.LifetimeDecision;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Makes decisions durable, each with whether its lifetime leaves memory. */
final class DecisionWriter {

    private final Bus bus;
    private final InstantSource clock;
    private final ShardLease lease;
    private final Duration parkAfter;

    DecisionWriter(Bus bus, InstantSource clock, ShardLease lease, Duration parkAfter) {
        this.bus = bus;
        this.clock = clock;
        this.lease = lease;
        this.parkAfter = parkAfter;
    }

    /** The decision once it is durable. Nothing is written where it changes nothing, not even that it leaves memory. */
    Future<Decision> write(Resident resident, Decision decision) {
        boolean park = mayPark(resident);
        boolean leaves = park && !resident.parked;
        if (decision.changesNothing() && !resident.timerSpent && !leaves) {
            return Future.succeededFuture(decision);
        }
        // What was forgotten is perhaps decided elsewhere by now.
        if (resident.dropped) {
            return Future.failedFuture(new Failure(FailureCode.FENCED, "the lifetime has left memory"));
        }
        LifetimeDecision stored = toStore(resident, decision, park);
        resident.writing = true;
        return lease.write(resident.state.lifetimeId(), fence -> append(fence, stored))
                .map(appended -> {
                    resident.writing = false;
                    resident.parked = park;
                    resident.timerSpent = false;
                    if (stored.hasHead()) {
                        resident.headSeq = stored.getHead().getLastSeq();
                    }
                    return decision;
                });
    }

    private Future<AppendDecisionResponse> append(Fence fence, LifetimeDecision decision) {
        return bus.request(
                Addresses.STATE_APPEND_DECISION,
                AppendDecisionRequest.newBuilder()
                        .setFence(fence)
                        .setDecision(decision)
                        .build());
    }

    private static LifetimeDecision toStore(Resident resident, Decision decision, boolean park) {
        LifetimeDecision.Builder stored = LifetimeDecision.newBuilder()
                .setTenantId(resident.state.tenantId())
                .setLifetimeId(resident.state.lifetimeId())
                .addAllEvents(decision.events())
                .addAllConsumedSignalIds(decision.consumedSignals())
                .addAllOutgoingSignals(decision.outgoing())
                .addAllCharges(decision.charges())
                .addAllAskedQuestions(decision.waits().asked())
                .addAllClosedQuestionExecIds(decision.waits().closedQuestions())
                .addAllBegunWork(decision.waits().begunWork())
                .addAllEndedWorkExecIds(decision.waits().endedWork());
        if (decision.headChanged() || park || resident.parked) {
            stored.setHead(resident.state.head().toBuilder().setParked(park));
            Instant wakeAt = park ? resident.wakeAt() : null;
            if (wakeAt != null) {
                stored.setWakeAt(ProtoTime.timestamp(wakeAt));
            }
        }
        return stored.build();
    }

    /** Whether it can leave memory with this decision: nothing is out, nothing has come in, nothing is due soon. */
    boolean mayPark(Resident resident) {
        if (resident.state.hasEnded() || resident.hasInputs() || !resident.isIdle()) {
            return false;
        }
        Instant wakeAt = resident.wakeAt();
        return wakeAt == null || !wakeAt.isBefore(clock.instant().plus(parkAfter));
    }
}
