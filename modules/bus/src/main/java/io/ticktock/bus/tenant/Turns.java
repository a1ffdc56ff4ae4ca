package io.ticktock.bus.tenant;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/**
 * Lets so much be done at a time; what is more waits, and tenants take turns. It has no bound of its own for what waits. For
 * one event loop.
 */
public final class Turns {

    private final int most;
    private final FairQueue<Promise<Void>> waiting = new FairQueue<>();
    private int taken;

    /** @param most 1 and more */
    public Turns(int most) {
        this.most = most;
    }

    /** Does the work when it is the tenant's turn; as the work ends. */
    public <R> Future<R> take(String tenantId, Supplier<Future<R>> work) {
        Promise<Void> turn = Promise.promise();
        waiting.add(tenantId, turn);
        Future<R> done = turn.future().compose(now -> work.get()).onComplete(ended -> {
            taken--;
            next();
        });
        next();
        return done;
    }

    private void next() {
        while (taken < most && !waiting.isEmpty()) {
            taken++;
            waiting.poll().complete();
        }
    }
}
