package io.ticktock.blob;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ticktock.bus.Failure;
import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Waits for futures, with a bound. */
final class Await {

    private Await() {}

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    static Failure failure(Future<?> future) {
        ExecutionException thrown = assertThrows(ExecutionException.class, () -> await(future));
        return Failure.of(thrown.getCause());
    }
}
