package io.ticktock.control;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.ForkLifetimeResponse;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeResponse;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * How lifetimes begin: by a start or by a fork, where their tenant and memory have room for them. One whose answer did not
 * come may have begun all the same, and is looked for.
 */
final class NewLifetimes {

    /** The data plane gives up earlier than this to write what it was asked to. */
    private static final Duration LATEST_START = Duration.ofSeconds(20);

    private final int mostResident;
    private final ShardLease lease;
    private final LifetimeStarter starter;
    private final ExecutionController controller;
    private final RunningLifetimes running;
    private final Residents residents;
    private final Recovery recovery;
    private final ControlMeters meters;
    private final LifetimeSpans spans;
    private final BiConsumer<Resident, Decision> onStarted;

    /** @param onStarted called with what has come into memory, and with its first decision, which is durable */
    NewLifetimes(
            int mostResident,
            ShardLease lease,
            LifetimeStarter starter,
            ExecutionController controller,
            RunningLifetimes running,
            Residents residents,
            Recovery recovery,
            ControlMeters meters,
            LifetimeSpans spans,
            BiConsumer<Resident, Decision> onStarted) {
        this.mostResident = mostResident;
        this.lease = lease;
        this.starter = starter;
        this.controller = controller;
        this.running = running;
        this.residents = residents;
        this.recovery = recovery;
        this.meters = meters;
        this.spans = spans;
        this.onStarted = onStarted;
    }

    /** A child is never refused for want of room: its parent would keep the room that it waits for. */
    Future<StartLifetimeResponse> start(StartLifetimeRequest request) {
        boolean isChild = !request.getParentExecId().isEmpty();
        if (!isChild && isFull()) {
            return Future.failedFuture(full());
        }
        LifetimeKey key = LifetimeLoader.keyOf(request.getTenantId(), request.getLifetimeId());
        return (isChild ? beginAsChild(key, request) : begin(key, () -> starter.start(request))).map(start -> {
            start.requireSame();
            StartLifetimeResponse.Builder response = StartLifetimeResponse.newBuilder()
                    .setLifetimeId(start.lifetimeId())
                    .setCreated(start.created());
            start.head().ifPresent(response::setLifetime);
            return response.build();
        });
    }

    Future<ForkLifetimeResponse> fork(ForkLifetimeRequest request) {
        if (isFull()) {
            return Future.failedFuture(full());
        }
        return begin(LifetimeLoader.keyOf(request.getTenantId(), request.getLifetimeId()), () -> starter.fork(request))
                .map(start -> {
                    start.requireSame();
                    ForkLifetimeResponse.Builder response = ForkLifetimeResponse.newBuilder()
                            .setLifetimeId(start.lifetimeId())
                            .setCreated(start.created());
                    start.head().ifPresent(response::setLifetime);
                    return response.build();
                });
    }

    private boolean isFull() {
        return residents.size() >= mostResident;
    }

    private Failure full() {
        meters.refused();
        return new Failure(FailureCode.OVERLOADED, residents.size() + " lifetimes are running here; try again later");
    }

    private Future<LifetimeStarter.Start> beginAsChild(LifetimeKey key, StartLifetimeRequest request) {
        running.admitChild(key.getTenantId());
        return beginAdmitted(key, () -> starter.start(request), spans.asked());
    }

    private Future<LifetimeStarter.Start> begin(LifetimeKey asked, Supplier<Future<LifetimeStarter.Start>> begin) {
        LifetimeSpans.Asked trace = spans.asked();
        return running.admit(asked.getTenantId())
                .onFailure(refused -> meters.refused())
                .compose(admitted -> beginAdmitted(asked, begin, trace));
    }

    private Future<LifetimeStarter.Start> beginAdmitted(
            LifetimeKey asked, Supplier<Future<LifetimeStarter.Start>> begin, LifetimeSpans.Asked trace) {
        Residents.Beginning beginning = residents.begin(asked);
        return Future.succeededFuture()
                .compose(nothing -> begin.get())
                .onComplete(done -> {
                    residents.ended(asked, beginning);
                    running.settled(
                            asked.getTenantId(),
                            done.succeeded() && done.result().created());
                })
                .onFailure(cause -> unknown(asked, Failure.of(cause)))
                .recover(cause -> Future.failedFuture(FailedDecision.toAsker(Failure.of(cause))))
                .onSuccess(start -> begun(asked.getTenantId(), start, trace, beginning));
    }

    private void begun(
            String tenantId, LifetimeStarter.Start start, LifetimeSpans.Asked trace, Residents.Beginning beginning) {
        if (!start.created()) {
            controller.tellNotNeeded(tenantId, start.decision().charges());
            // Perhaps by an earlier try of the same request whose answer did not come, so that nobody drives it yet.
            recover(LifetimeLoader.keyOf(tenantId, start.lifetimeId()));
            return;
        }
        spans.started(start.state(), trace);
        Resident resident = new Resident(start.state(), start.state().lastSeq(), false, List.of());
        if (!residents.isOutdated(beginning) && residents.add(resident)) {
            onStarted.accept(resident, start.decision());
        } else {
            recover(resident.key());
        }
    }

    /** No answer came, so the lifetime may be there all the same, now or a little later. */
    private void unknown(LifetimeKey asked, Failure failure) {
        if (FailedDecision.mayBeWritten(failure) && lease.isValid()) {
            recover(asked);
        }
    }

    /** Somebody may have looked for it a moment too early to find it, and be told that only now. */
    private void recover(LifetimeKey key) {
        recovery.recoverWithin(key, LATEST_START);
    }
}
