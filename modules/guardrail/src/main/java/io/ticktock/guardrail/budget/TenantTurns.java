package io.ticktock.guardrail.budget;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Lets the requests of a tenant have what is left of its budgets one after the other, in the order they came: none waits
 * for what another one holds that waits itself. For one event loop.
 */
final class TenantTurns {

    /** Of one tenant. */
    private static final int MOST_WAITING = 10_000;
    /** Who asked does not wait much longer, and what would be set aside then is not used. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

    private static final class Line {
        private final Queue<Promise<Void>> waiting = new ArrayDeque<>();
        private boolean isTaken = true;
        private boolean isMoving;
    }

    /** Of tenants whose turn somebody has. */
    private final Map<String, Line> lines = new HashMap<>();

    private final Duration longestWait;
    private final LongSupplier nanoTime;

    TenantTurns(LongSupplier nanoTime) {
        this(LONGEST_WAIT, nanoTime);
    }

    TenantTurns(Duration longestWait, LongSupplier nanoTime) {
        this.longestWait = longestWait;
        this.nanoTime = nanoTime;
    }

    /** Does this in the tenant's turn; fails when too many wait, or the turn comes too late. */
    <T> Future<T> take(String tenantId, Supplier<Future<T>> work) {
        Line line = lines.get(tenantId);
        if (line == null) {
            lines.put(tenantId, new Line());
            return begin(tenantId, Future.succeededFuture(), work);
        }
        if (line.waiting.size() >= MOST_WAITING) {
            return Future.failedFuture(
                    new Failure(FailureCode.OVERLOADED, "too many requests wait for the budgets of the tenant"));
        }
        Promise<Void> turn = Promise.promise();
        line.waiting.add(turn);
        long untilNanos = nanoTime.getAsLong() + longestWait.toNanos();
        return begin(tenantId, turn.future().compose(come -> requireNotLate(untilNanos)), work);
    }

    private Future<Void> requireNotLate(long untilNanos) {
        return nanoTime.getAsLong() - untilNanos > 0
                ? Future.failedFuture(new Failure(
                        FailureCode.UNAVAILABLE, "the budgets of the tenant were busy for too long; try again"))
                : Future.succeededFuture();
    }

    private <T> Future<T> begin(String tenantId, Future<Void> turn, Supplier<Future<T>> work) {
        return turn.compose(begun -> work.get()).onComplete(done -> moveOn(tenantId));
    }

    /** A loop: those whose work is done at once are not to be nested in each other. */
    private void moveOn(String tenantId) {
        Line line = lines.get(tenantId);
        line.isTaken = false;
        if (line.isMoving) {
            return;
        }
        line.isMoving = true;
        while (!line.isTaken && !line.waiting.isEmpty()) {
            line.isTaken = true;
            line.waiting.remove().complete();
        }
        line.isMoving = false;
        if (!line.isTaken) {
            lines.remove(tenantId);
        }
    }
}
