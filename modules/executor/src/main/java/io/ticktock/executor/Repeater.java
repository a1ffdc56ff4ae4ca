package io.ticktock.executor;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;

/** Repeats a request over the bus, at growing intervals, for as long as repeating may help. */
final class Repeater {

    private static final long FIRST_MS = 50;
    private static final long LONGEST_MS = 5_000;
    private static final int MAX_DOUBLINGS = 7;
    /** A defect on the other side may be a passing one, but does not heal for ever. */
    private static final int MAX_DEFECTS = 8;

    private final Vertx vertx;
    private final int maxFailures;
    private final LongUnaryOperator lots;

    /** Repeats for as long as it takes. */
    Repeater(Vertx vertx) {
        this(vertx, Integer.MAX_VALUE);
    }

    /** @param maxFailures after which the next one is the last, 0 and more */
    Repeater(Vertx vertx, int maxFailures) {
        this(vertx, maxFailures, Repeater::drawBelow);
    }

    /** @param lots give a number from 0 to below the one that they get, by chance */
    Repeater(Vertx vertx, int maxFailures, LongUnaryOperator lots) {
        this.vertx = vertx;
        this.maxFailures = maxFailures;
        this.lots = lots;
    }

    static long drawBelow(long bound) {
        return ThreadLocalRandom.current().nextLong(bound);
    }

    /**
     * Completes with the first answer, or with the first failure that repeating cannot help, or that came when the
     * answer was no longer wanted. It may take for ever: others hold the bound on what waits here.
     */
    <T> Future<T> repeat(Supplier<Future<T>> request, BooleanSupplier wanted) {
        Future<T> answer = request.get();
        if (answer.succeeded()) {
            return answer;
        }
        Promise<T> last = Promise.promise();
        await(answer, new Repetition<>(request, wanted, last), 0);
        return last.future();
    }

    /** One request and who waits for its answer. A chain of futures instead would grow with every repetition. */
    private record Repetition<T>(Supplier<Future<T>> request, BooleanSupplier wanted, Promise<T> last) {}

    private <T> void await(Future<T> answer, Repetition<T> repetition, int failures) {
        answer.onComplete(repetition.last::complete, cause -> {
            if (mayHelp(cause, failures) && repetition.wanted.getAsBoolean()) {
                vertx.setTimer(
                        pauseMillis(failures), timer -> await(repetition.request.get(), repetition, failures + 1));
            } else {
                repetition.last.fail(cause);
            }
        });
    }

    private boolean mayHelp(Throwable cause, int failures) {
        if (failures >= maxFailures || !(cause instanceof Failure failure)) {
            return false;
        }
        return failure.code().retryable() || (failure.code() == FailureCode.INTERNAL && failures < MAX_DEFECTS);
    }

    private long pauseMillis(int failures) {
        long pause = Math.min(FIRST_MS << Math.min(failures, MAX_DOUBLINGS), LONGEST_MS);
        return pause / 2 + lots.applyAsLong(pause / 2 + 1);
    }
}
