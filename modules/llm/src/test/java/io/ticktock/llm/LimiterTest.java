package io.ticktock.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may call, and who waits, by a clock that the test moves. */
class LimiterTest {

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong now = new AtomicLong(1_000);

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    private Limiter limiter(long requests, long tokens, int inFlight, int queued) {
        ProviderConfiguration provider = new ProviderConfiguration(
                "default",
                ProviderKind.OPENAI,
                URI.create("http://127.0.0.1:1/v1"),
                Optional.empty(),
                Optional.empty(),
                Set.of("*"),
                requests,
                tokens,
                inFlight,
                queued);
        return new Limiter(vertx, provider, now::get);
    }

    @Test
    void noMoreThanSoManyAreInFlightAndTheNextComesWhenOneEnds() {
        Limiter limiter = limiter(0, 0, 2, 1);
        Limiter.Turn first = limiter.next(0);
        limiter.next(0);
        Limiter.Turn third = limiter.next(0);
        assertFalse(third.come().isComplete());
        assertTrue(limiter.next(0).come().failed());
        first.end(0);
        first.end(0);
        assertTrue(third.come().succeeded());
    }

    @Test
    void whoGivesUpLeavesTheQueue() {
        Limiter limiter = limiter(0, 0, 1, 1);
        Limiter.Turn first = limiter.next(0);
        Limiter.Turn second = limiter.next(0);
        second.end(0);
        assertTrue(second.come().failed());
        Limiter.Turn third = limiter.next(0);
        first.end(0);
        assertTrue(third.come().succeeded());
    }

    @Test
    void requestsComeBackEvenly() {
        Limiter limiter = limiter(60, 0, 100, 100);
        int immediate = 0;
        for (int i = 0; i < 60; i++) {
            immediate += limiter.next(0).come().succeeded() ? 1 : 0;
        }
        assertEquals(60, immediate);
        Limiter.Turn next = limiter.next(0);
        assertFalse(next.come().isComplete());
        now.addAndGet(Duration.ofMillis(1_001).toNanos());
        Limiter.Turn behind = limiter.next(0);
        assertTrue(next.come().succeeded());
        assertFalse(behind.come().isComplete());
    }

    @Test
    void tokensAreCountedByWhatWasUsed() {
        Limiter limiter = limiter(0, 1_000, 100, 100);
        Limiter.Turn first = limiter.next(900);
        Limiter.Turn second = limiter.next(500);
        assertFalse(second.come().isComplete());
        first.end(100);
        assertTrue(second.come().succeeded());
        Limiter.Turn larger = limiter.next(5_000);
        assertFalse(larger.come().isComplete());
        now.addAndGet(Duration.ofMinutes(1).toNanos());
        second.end(0);
        assertTrue(larger.come().succeeded());
    }

    @Test
    void aCountThatCannotBeTakesAMinuteAtMost() {
        Limiter limiter = limiter(0, 1_000, 100, 100);
        limiter.next(100).end(1_000_000_000_000L);
        Limiter.Turn next = limiter.next(900);
        assertFalse(next.come().isComplete());
        now.addAndGet(Duration.ofMinutes(1).toNanos());
        limiter.next(0);
        assertTrue(next.come().succeeded());
    }

    @Test
    void aPauseHoldsTheNextBack() {
        Limiter limiter = limiter(0, 0, 100, 100);
        limiter.pause(Duration.ofSeconds(5));
        Limiter.Turn held = limiter.next(0);
        assertFalse(held.come().isComplete());
        now.addAndGet(Duration.ofSeconds(6).toNanos());
        limiter.next(0);
        assertTrue(held.come().succeeded());
    }
}
