package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.vertx.core.Vertx;
import java.util.function.BiConsumer;

/** Has the child lifetimes of waiting attempts started, and tells their parents what came of it. */
final class ChildStarter {

    private static final long RETRY_MS = 500;

    private final Vertx vertx;
    private final Bus bus;
    private final BiConsumer<Resident, Input> parents;

    /** @param parents offers an input to the parent */
    ChildStarter(Vertx vertx, Bus bus, BiConsumer<Resident, Input> parents) {
        this.vertx = vertx;
        this.bus = bus;
        this.parents = parents;
    }

    /** The same child, however often it is asked for: its id follows from the attempt. */
    void start(Resident parent, Command.StartChild child) {
        StartLifetimeRequest request = StartLifetimeRequest.newBuilder()
                .setTenantId(parent.state.tenantId())
                .setLifetimeId(child.childLifetimeId())
                .setGraphName(child.request().getGraphName())
                .setGraphVersion(child.request().getGraphVersion())
                .setInput(child.request().getInput())
                .setParentLifetimeId(parent.state.lifetimeId())
                .setParentExecId(child.execId())
                .build();
        bus.request(Addresses.CONTROL_START.at(Shard.of(child.childLifetimeId())), request)
                .onSuccess(started ->
                        parents.accept(parent, new Input.ChildStarted(child.execId(), child.childLifetimeId())))
                .onFailure(cause -> notStarted(parent, child, Failure.of(cause)));
    }

    private void notStarted(Resident parent, Command.StartChild child, Failure failure) {
        if (failure.code().retryable()) {
            vertx.setTimer(RETRY_MS, id -> startAgain(parent, child));
            return;
        }
        parents.accept(parent, new Input.ChildRefused(child.execId(), child.childLifetimeId(), failure.getMessage()));
    }

    private void startAgain(Resident parent, Command.StartChild child) {
        Attempt attempt = parent.state.openAttempt(child.execId());
        if (!parent.dropped && attempt != null && attempt.waitsForChild()) {
            start(parent, child);
        }
    }
}
