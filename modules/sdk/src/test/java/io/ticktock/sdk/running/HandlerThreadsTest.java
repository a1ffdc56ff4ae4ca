package io.ticktock.sdk.running;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HandlerThreadsTest {

    private static final long PATIENCE_S = 10;

    @Test
    void whatIsLeftOpenIsClosedOnAThreadThatMayBlock() throws Exception {
        CompletableFuture<Thread> closing = new CompletableFuture<>();
        try (HandlerThreads threads = new HandlerThreads(1, 1)) {
            threads.closeLater(() -> closing.complete(Thread.currentThread()), closing::completeExceptionally);
            assertTrue(closing.get(PATIENCE_S, TimeUnit.SECONDS).getName().startsWith("ticktock-worker-"));
        }
    }

    @Test
    void whyItStaysOpenIsTold() throws Exception {
        IOException broken = new IOException("broken");
        IllegalStateException odd = new IllegalStateException("odd");
        assertSame(broken, told(() -> {
            throw broken;
        }));
        assertSame(odd, told(() -> {
            throw odd;
        }));
    }

    private static Exception told(Closeable resource) throws Exception {
        CompletableFuture<Exception> failed = new CompletableFuture<>();
        try (HandlerThreads threads = new HandlerThreads(1, 1)) {
            threads.closeLater(resource, failed::complete);
            return failed.get(PATIENCE_S, TimeUnit.SECONDS);
        }
    }

    @Test
    void whatFindsNoThreadIsTold() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CompletableFuture<Exception> failed = new CompletableFuture<>();
        try (HandlerThreads threads = new HandlerThreads(1, 1)) {
            threads.run(waitingFor(busy));
            threads.run(waitingFor(busy));
            threads.closeLater(() -> {}, failed::complete);
            assertInstanceOf(RejectedExecutionException.class, failed.get(PATIENCE_S, TimeUnit.SECONDS));
            busy.countDown();
        }
    }

    private static FutureTask<Boolean> waitingFor(CountDownLatch latch) {
        return new FutureTask<>(() -> latch.await(PATIENCE_S, TimeUnit.SECONDS));
    }
}
