package io.ticktock.executor;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Registration;
import io.ticktock.bus.Service;
import io.ticktock.proto.v1.CheckResponse;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.List;

/** Serves an executor on the bus, on one event loop. */
public final class ExecutorVerticle extends VerticleBase {

    /** How late a timeout may be noticed. */
    private static final long WATCH_MS = 100;

    private final Bus bus;
    private final Executor executor;
    private final Duration patience;
    private List<Future<Registration>> dispatches = List.of();

    /** Leaves what is in hand where it is when it stops. */
    public ExecutorVerticle(Bus bus, Executor executor) {
        this(bus, executor, Duration.ZERO);
    }

    /** @param patience how long attempts in hand may go on when it stops */
    public ExecutorVerticle(Bus bus, Executor executor, Duration patience) {
        this.bus = bus;
        this.executor = executor;
        this.patience = patience;
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(WATCH_MS, timer -> executor.stopOverdue());
        dispatches = List.of(
                bus.serve(Addresses.EXECUTOR_RUN_TASK, executor::runTask),
                bus.serve(Addresses.EXECUTOR_RUN_PLAN, executor::runPlan));
        return Future.all(List.of(
                Future.all(dispatches),
                bus.serve(
                        Addresses.EXECUTOR_CHECK,
                        request -> Future.succeededFuture(
                                CheckResponse.newBuilder().setReady(true).build())),
                bus.serve(Addresses.EXECUTOR_HELD, executor::held),
                bus.serve(Addresses.EXECUTOR_EVALUATE_PLANS, executor::evaluatePlans),
                bus.serve(Addresses.EXECUTOR_EXAMINE_TASKS, executor::examineTasks),
                bus.subscribe(Addresses.EXECUTOR_CANCEL, executor::cancel),
                bus.subscribe(Addresses.EXECUTOR_ENDED_LIFETIMES, executor::forget),
                bus.subscribe(
                        Addresses.API_GATEWAY_ALIVE, alive -> executor.remote().heard(alive.getGatewayId())),
                serveAtItsId()));
    }

    private Future<?> serveAtItsId() {
        String executorId = executor.id();
        RemoteTasks tasks = executor.remote();
        return bus.serve(List.of(
                new Service<>(Addresses.EXECUTOR_HELD.at(executorId), executor::held),
                new Service<>(Addresses.EXECUTOR_TAKE_TASKS.at(executorId), tasks::take),
                new Service<>(Addresses.EXECUTOR_CLAIM_TASKS.at(executorId), tasks::claim),
                new Service<>(Addresses.EXECUTOR_COMPLETE_TASK.at(executorId), tasks::complete),
                new Service<>(Addresses.EXECUTOR_RETURN_TASKS.at(executorId), tasks::takeBack)));
    }

    /**
     * Takes nothing new from the bus, and lets what is in hand go on for a while. Meanwhile it answers for that: otherwise
     * other processes would run it again.
     */
    @Override
    public Future<?> stop() {
        Future<?> ended = Future.join(dispatches.stream()
                .map(dispatch -> dispatch.compose(Registration::end))
                .toList());
        return patience.isZero() ? ended : ended.eventually(() -> executor.drain(patience));
    }
}
