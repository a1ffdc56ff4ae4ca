package io.ticktock.bus.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnsTest {

    private final List<String> begun = new ArrayList<>();
    private final List<Promise<Void>> running = new ArrayList<>();

    private Future<Void> work(String name) {
        begun.add(name);
        Promise<Void> work = Promise.promise();
        running.add(work);
        return work.future();
    }

    @Test
    void tenantsTakeTurns() {
        Turns turns = new Turns(2);
        for (String name : List.of("a1", "a2", "a3", "a4", "b1", "c1", "b2")) {
            turns.take(name.substring(0, 1), () -> work(name));
        }
        assertEquals(List.of("a1", "a2"), begun);

        for (int i = 0; i < running.size(); i++) {
            running.get(i).complete();
        }

        assertEquals(List.of("a1", "a2", "a3", "b1", "c1", "a4", "b2"), begun);
    }

    @Test
    void whatFailsLeavesItsPlace() {
        Turns turns = new Turns(1);

        Future<Void> thrown = turns.take("a", () -> {
            throw new IllegalStateException("at once");
        });
        Future<Void> failed = turns.take("a", () -> Future.failedFuture("later"));
        turns.take("b", () -> work("b1"));

        assertEquals("at once", thrown.cause().getMessage());
        assertEquals("later", failed.cause().getMessage());
        assertEquals(List.of("b1"), begun);
        assertTrue(turns.take("b", () -> work("b2")).cause() == null && begun.size() == 1, "two at a time");
    }
}
