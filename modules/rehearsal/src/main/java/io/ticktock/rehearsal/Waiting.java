package io.ticktock.rehearsal;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Waits, on the thread of a test. */
final class Waiting {

    private static final long AGAIN_MS = 5;

    private Waiting() {}

    static <T> T result(Future<T> future) {
        return Awaiting.result(future);
    }

    /** As every caller does, repeats what is not taken yet. */
    static <T> Future<T> repeated(Vertx vertx, Supplier<Future<T>> request) {
        return request.get()
                .recover(cause -> Failure.is(cause, FailureCode.UNAVAILABLE)
                        ? vertx.timer(AGAIN_MS, TimeUnit.MILLISECONDS).compose(fired -> repeated(vertx, request))
                        : Future.failedFuture(cause));
    }
}
