package io.ticktock.executor;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Registration;
import io.ticktock.proto.v1.CheckResponse;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;

/** Serves an executor on the bus, on one event loop. */
public final class ExecutorVerticle extends VerticleBase {

    /** How late a timeout may be noticed. */
    private static final long WATCH_MS = 100;

    private final Bus bus;
    private final Executor executor;
    private List<Future<Registration>> dispatches = List.of();

    public ExecutorVerticle(Bus bus, Executor executor) {
        this.bus = bus;
        this.executor = executor;
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(WATCH_MS, timer -> executor.stopOverdue());
        dispatches = List.of(
                bus.serve(Addresses.EXECUTOR_RUN_TASK, executor::runTask),
                bus.serve(Addresses.EXECUTOR_RUN_PLAN, executor::runPlan));
        return Future.all(
                Future.all(dispatches),
                bus.serve(
                        Addresses.EXECUTOR_CHECK,
                        request -> Future.succeededFuture(
                                CheckResponse.newBuilder().setReady(true).build())),
                bus.serve(Addresses.EXECUTOR_HELD, executor::held),
                bus.serve(Addresses.EXECUTOR_EVALUATE_PLANS, executor::evaluatePlans),
                bus.subscribe(Addresses.EXECUTOR_CANCEL, executor::cancel),
                serveGateways(executor.remote()));
    }

    private Future<?> serveGateways(RemoteTasks tasks) {
        String executorId = executor.id();
        return Future.all(
                bus.serve(Addresses.EXECUTOR_TAKE_TASKS.at(executorId), tasks::take),
                bus.serve(Addresses.EXECUTOR_CLAIM_TASKS.at(executorId), tasks::claim),
                bus.serve(Addresses.EXECUTOR_COMPLETE_TASK.at(executorId), tasks::complete),
                bus.serve(Addresses.EXECUTOR_RETURN_TASKS.at(executorId), tasks::takeBack),
                bus.subscribe(Addresses.API_GATEWAY_ALIVE, alive -> tasks.heard(alive.getGatewayId())));
    }

    /** Takes nothing new from the bus; what is in hand is the executor's to {@link Executor#drain drain}. */
    @Override
    public Future<?> stop() {
        return Future.join(dispatches.stream()
                .map(dispatch -> dispatch.compose(Registration::end))
                .toList());
    }
}
