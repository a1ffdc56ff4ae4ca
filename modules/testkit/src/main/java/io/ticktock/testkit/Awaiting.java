package io.ticktock.testkit;

import io.ticktock.bus.Failure;
import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits, in a test, for what a future brings. */
public final class Awaiting {

    private static final long MOST_SECONDS = 30;

    private Awaiting() {}

    public static <T> T result(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("nothing after " + MOST_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    public static Failure failure(Future<?> future) {
        return result(future.transform(done -> done.succeeded()
                ? Future.failedFuture(new AssertionError("did not fail: " + done.result()))
                : Future.succeededFuture(Failure.of(done.cause()))));
    }
}
