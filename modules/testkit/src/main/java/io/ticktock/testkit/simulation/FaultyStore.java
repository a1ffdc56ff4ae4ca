package io.ticktock.testkit.simulation;

import com.google.protobuf.Message;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;

/**
 * The way from simulated processes to the store that they share: it takes time, and may fail before or after what was asked
 * for is done. What is on its way is done even if who asked has crashed meanwhile.
 */
public final class FaultyStore {

    private static final Duration SHORTEST = Duration.ofNanos(100_000);
    private static final Duration LONGEST = Duration.ofMillis(2);

    private final StateStore store;
    private final Simulation simulation;
    private StoreFaults rates = StoreFaults.NONE;
    private long faults;

    /** @param store answers at once */
    public FaultyStore(StateStore store, Simulation simulation) {
        this.store = store;
        this.simulation = simulation;
    }

    /** From now on requests go wrong so often. */
    public void fault(StoreFaults rates) {
        this.rates = rates;
    }

    /** How many requests went wrong. */
    public long faults() {
        return faults;
    }

    /** The store as this process sees it. */
    public StateStore of(SimulatedProcess process) {
        return (StateStore) Proxy.newProxyInstance(
                StateStore.class.getClassLoader(),
                new Class<?>[] {StateStore.class},
                (proxy, method, arguments) -> ask(process, method, arguments));
    }

    private Object ask(SimulatedProcess process, Method method, Object[] arguments) {
        if (arguments == null) {
            return method.getReturnType() == Future.class ? Future.succeededFuture() : method.getName();
        }
        Promise<Object> answer = process.context().promise();
        double chance = simulation.random().nextDouble();
        long there = simulation.between(SHORTEST, LONGEST);
        long back = simulation.between(SHORTEST, LONGEST);
        int size = ((Message) arguments[0]).getSerializedSize();
        if (chance < rates.failed()) {
            fault(process, "fails", method, size);
            process.after(there, () -> answer.tryFail(unavailable()));
            return answer.future();
        }
        boolean isHalf = chance < rates.failed() + rates.halfFailed();
        if (!isHalf && chance < rates.failed() + rates.halfFailed() + rates.slow()) {
            fault(process, "is slow", method, size);
            there += simulation.between(Duration.ZERO, rates.longest());
            back += simulation.between(Duration.ZERO, rates.longest());
        }
        long backNanos = back;
        simulation.after(there, () -> carryOut(process, method, arguments, isHalf, backNanos, answer));
        return answer.future();
    }

    private void carryOut(
            SimulatedProcess process,
            Method method,
            Object[] arguments,
            boolean isHalf,
            long backNanos,
            Promise<Object> answer) {
        Future<?> done = invoke(method, arguments);
        simulation.note(
                process.name(),
                done.succeeded() ? "does" : "refuses",
                method.getName(),
                ((Message) arguments[0]).getSerializedSize());
        if (isHalf) {
            fault(process, "forgets", method, 0);
            process.after(backNanos, () -> answer.tryFail(unavailable()));
        } else {
            process.after(backNanos, () -> done.onComplete(answer::tryComplete, answer::tryFail));
        }
    }

    private Future<?> invoke(Method method, Object[] arguments) {
        try {
            return (Future<?>) method.invoke(store, arguments);
        } catch (InvocationTargetException e) {
            return Future.failedFuture(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private void fault(SimulatedProcess process, String what, Method method, int size) {
        faults++;
        simulation.note(process.name(), what, method.getName(), size);
    }

    private static Failure unavailable() {
        return new Failure(FailureCode.UNAVAILABLE, "the database does not answer");
    }
}
