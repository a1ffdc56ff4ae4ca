package io.ticktock.rehearsal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.sdk.Choice;
import io.ticktock.sdk.PlanOutcome;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskOutcome.Succeeded;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RehearsalTest {

    private static final String ONE_TASK = """
            graph: one
            version: 1.0.0
            start: work
            tasks:
              work: {type: acme.work, timeout: 1h}
            edges:
              - work -> END [FINAL]
            """;

    private static final String ASKS = """
            graph: asks
            version: 1.0.0
            start: ask
            tasks:
              ask: {type: human, prompt: "Well?"}
            edges:
              - ask -> END [FINAL]
            """;

    private static final String OWN_PLAN = """
            graph: own_plan
            version: 1.0.0
            start: choose
            tasks:
              work: {type: acme.work}
            plans:
              choose: {type: acme.choose}
            edges:
              - choose -> work
              - work -> END [FINAL]
            """;

    @Test
    void timePassesWhenTheTestSaysSo() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        TaskHandler hangs = TaskHandler.blocking(context -> {
            running.countDown();
            try {
                Thread.sleep(Duration.ofHours(2).toMillis());
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return TaskOutcome.json("never");
        });
        try (Rehearsal rehearsal =
                Rehearsal.with().task("acme.work", hangs).begin().register(ONE_TASK)) {
            RehearsedLifetime lifetime = rehearsal.start("one", Map.of());
            assertTrue(running.await(20, TimeUnit.SECONDS));
            rehearsal.advance(Duration.ofMinutes(59));
            assertFalse(interrupted.await(500, TimeUnit.MILLISECONDS));
            rehearsal.advance(Duration.ofMinutes(2));
            assertTrue(interrupted.await(20, TimeUnit.SECONDS));
            assertTrue(lifetime.failure().contains("timed_out"));
            ExecutionReference execution = lifetime.executions().get(0);
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_TIMED_OUT,
                    execution.getHeaders().getStatus());
        }
    }

    @Test
    void peopleAreAnsweredFor() throws Exception {
        try (Rehearsal rehearsal = Rehearsal.with().begin().register(ASKS)) {
            RehearsedLifetime lifetime = rehearsal.start("asks", Map.of());
            assertEquals("yes", lifetime.answer("ask", "yes").output());
        }
    }

    @Test
    void whatNoTimeBringsIsSaid() throws Exception {
        try (Rehearsal rehearsal = Rehearsal.with().begin().register(ASKS)) {
            RehearsedLifetime lifetime = rehearsal.start("asks", Map.of());
            AssertionError waits = assertThrows(AssertionError.class, lifetime::output);
            assertTrue(waits.getMessage().contains("waits for something that no time brings"), waits::getMessage);
        }
    }

    @Test
    void plansOfOnesOwnChoose() throws Exception {
        try (Rehearsal rehearsal = Rehearsal.with()
                .task("acme.work", context -> done(context.input().tree()))
                .plan(
                        "acme.choose",
                        context -> CompletableFuture.completedFuture(PlanOutcome.choose(Choice.of("work"))))
                .begin()
                .register(OWN_PLAN)) {
            assertEquals(
                    Map.of("n", 1L), rehearsal.start("own_plan", Map.of("n", 1)).output());
        }
    }

    @Test
    void oneHandlerIsCancelled() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        HandlerCall call = HandlerCall.of(TaskHandler.blocking(context -> {
            running.countDown();
            Thread.sleep(60_000);
            return TaskOutcome.json("never");
        }));
        CompletableFuture<TaskOutcome> outcome = call.begin().toCompletableFuture();
        assertTrue(running.await(20, TimeUnit.SECONDS));
        call.cancel();
        assertThrows(CancellationException.class, () -> outcome.get(20, TimeUnit.SECONDS));
    }

    @Test
    void oneHandlerIsGivenWhatTheTestSays() throws Exception {
        TaskOutcome outcome = HandlerCall.of(context ->
                        done(List.of(context.input().tree(), context.settings().get("k"))))
                .input(Map.of("a", 1))
                .settings(Map.of("k", "v"))
                .run();
        assertEquals(
                List.of(Map.of("a", 1L), "v"), ((Succeeded) outcome).value().tree());
        assertThrows(
                IllegalStateException.class,
                () -> HandlerCall.of(context -> {
                            throw new IllegalStateException("broken");
                        })
                        .run());
    }

    private static CompletionStage<TaskOutcome> done(Object tree) {
        return CompletableFuture.completedFuture(TaskOutcome.json(tree));
    }
}
