package io.ticktock.api.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class RefusalsTest {

    private static final int ASKED = 10 * Refusals.AT_ONCE_PER_SECOND;

    @Test
    void whoIsRefusedOftenHearsItLaterAndOthersAtOnce(Vertx vertx, VertxTestContext test) {
        vertx.runOnContext(turn -> test.verify(() -> {
            Refusals refusals = new Refusals(vertx, 2 * ASKED);
            long begunNanos = System.nanoTime();

            List<Future<Void>> flood = told(refusals, "flood");

            long atOnce = flood.stream().filter(Future::isComplete).count();
            assertTrue(atOnce >= Refusals.AT_ONCE_PER_SECOND && atOnce < ASKED / 2, atOnce + " at once");
            assertTrue(refusals.pace("other").isComplete(), "another tenant waits");
            Future.all(flood)
                    .onComplete(test.succeeding(all -> test.verify(() -> {
                        Duration waited = Duration.ofNanos(System.nanoTime() - begunNanos);
                        assertFalse(waited.compareTo(Refusals.SHORTEST) < 0, () -> "told after " + waited);
                        test.completeNow();
                    })));
        }));
    }

    @Test
    void noMoreWaitThanMay(Vertx vertx, VertxTestContext test) {
        int most = 8;
        vertx.runOnContext(turn -> test.verify(() -> {
            List<Future<Void>> flood = told(new Refusals(vertx, most), "flood");

            // A tenant alone takes three quarters.
            assertEquals(6, flood.stream().filter(told -> !told.isComplete()).count());
            test.completeNow();
        }));
    }

    private static List<Future<Void>> told(Refusals refusals, String tenantId) {
        List<Future<Void>> told = new ArrayList<>();
        for (int i = 0; i < ASKED; i++) {
            told.add(refusals.pace(tenantId));
        }
        return told;
    }
}
