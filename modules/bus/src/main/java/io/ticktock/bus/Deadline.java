package io.ticktock.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * Bounds how long somebody waits, on the event loop of who waits: a future of no context, as a bus and a promise give, would
 * tell that the time is over on a thread of its own, where nothing else of who waits may run.
 */
public final class Deadline {

    private Deadline() {}

    /** As the future ends, if it does so in time; else fails with TimeoutException. */
    public static <T> Future<T> within(Vertx vertx, Duration longest, Future<T> awaited) {
        Promise<T> ended = Promise.promise();
        long timer = vertx.setTimer(
                Math.max(1, longest.toMillis()),
                id -> ended.tryFail(new TimeoutException("not within " + longest.toMillis() + " ms")));
        awaited.onComplete(done -> {
            vertx.cancelTimer(timer);
            if (done.succeeded()) {
                ended.tryComplete(done.result());
            } else {
                ended.tryFail(done.cause());
            }
        });
        return ended.future();
    }
}
