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
    void whoFloodsLeavesRoomForOthers() {
        Turns turns = new Turns(16);
        for (int i = 0; i < 100; i++) {
            turns.take("flood", () -> work("flood"));
        }
        assertEquals(12, begun.size());

        for (String other : List.of("b", "c", "d", "e", "f")) {
            turns.take(other, () -> work(other));
        }
        assertEquals(List.of("b", "c", "d", "e"), begun.subList(12, begun.size()));

        running.get(0).complete();
        assertEquals("f", begun.get(begun.size() - 1));
        running.get(1).complete();
        assertEquals(17, begun.size(), "the flood goes on only where it left room");
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

    @Test
    void anyNumberMayEndAtOnce() {
        Turns turns = new Turns(1);
        turns.take("a", () -> work("first"));
        for (int i = 0; i < 100_000; i++) {
            turns.take("a", () -> {
                begun.add("next");
                return Future.succeededFuture();
            });
        }

        running.get(0).complete();

        assertEquals(100_001, begun.size());
    }

    @Test
    void whoFailsAtItsEndDoesNotKeepTheNextFromTheirTurns() {
        Turns turns = new Turns(1);
        turns.take("a", () -> work("first"));
        turns.take("a", () -> work("second")).onComplete(ended -> {
            throw new IllegalStateException("a defect");
        });
        turns.take("a", Future::succeededFuture).onComplete(ended -> {
            throw new IllegalStateException("another one");
        });
        turns.take("b", () -> work("last"));

        running.get(0).complete();
        try {
            running.get(1).complete();
        } catch (IllegalStateException e) {
            assertEquals("a defect", e.getMessage());
        }

        assertEquals(List.of("first", "second", "last"), begun);
    }
}
