package io.ticktock.guardrail.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TenantTurnsTest {

    private final TenantTurns turns = new TenantTurns(System::nanoTime);
    private final List<String> begun = new ArrayList<>();

    @Test
    void theRequestsOfATenantComeOneAfterTheOther() {
        Promise<Void> first = Promise.promise();
        take("acme", "first", first.future());
        take("acme", "second", Future.failedFuture("no"));
        take("acme", "third", Future.succeededFuture());
        take("other", "of another", Future.succeededFuture());
        assertEquals(List.of("first", "of another"), begun);
        first.complete();
        assertEquals(List.of("first", "of another", "second", "third"), begun);
        take("acme", "fourth", Future.succeededFuture());
        assertEquals("fourth", begun.get(4));
    }

    @Test
    void aTurnThatThrowsEnds() {
        Future<Void> thrown = turns.take("acme", () -> {
            throw new IllegalStateException("thrown");
        });
        assertTrue(thrown.failed());
        take("acme", "next", Future.succeededFuture());
        assertEquals(List.of("next"), begun);
    }

    @Test
    void aTurnThatComesTooLateIsNotTaken() {
        TenantTurns late = new TenantTurns(Duration.ofNanos(-1), System::nanoTime);
        Promise<Void> first = Promise.promise();
        late.take("acme", first::future);
        Future<Void> second = late.take("acme", () -> {
            throw new AssertionError("too late");
        });
        first.complete();
        assertEquals(FailureCode.UNAVAILABLE, Failure.of(second.cause()).code());
    }

    @Test
    void soManyWaitAndNoMore() {
        Promise<Void> first = Promise.promise();
        take("acme", "first", first.future());
        for (int i = 0; i < 10_000; i++) {
            assertTrue(!take("acme", "waits", Future.succeededFuture()).isComplete());
        }
        Future<Void> refused = take("acme", "refused", Future.succeededFuture());
        assertEquals(FailureCode.OVERLOADED, Failure.of(refused.cause()).code());
        first.complete();
        assertEquals(10_001, begun.size());
        assertTrue(take("acme", "after", Future.succeededFuture()).succeeded());
    }

    private Future<Void> take(String tenantId, String name, Future<Void> work) {
        return turns.take(tenantId, () -> {
            begun.add(name);
            return work;
        });
    }
}
