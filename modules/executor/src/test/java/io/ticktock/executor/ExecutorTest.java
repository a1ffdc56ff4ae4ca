package io.ticktock.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.executor.FakeState.Mishap;
import io.ticktock.executor.http.HttpConfiguration;
import io.ticktock.executor.secret.SecretsConfiguration;
import io.ticktock.proto.v1.CancelExecutions;
import io.ticktock.proto.v1.EndedLifetimes;
import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.ExecutionWaiting;
import io.ticktock.proto.v1.GetExecutionsRequest;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.ReportRefusedRecordRequest;
import io.ticktock.proto.v1.ReportWaitingResponse;
import io.ticktock.proto.v1.ResourceUsage;
import io.ticktock.proto.v1.Resumption;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.proto.v1.TaskInput;
import io.ticktock.sdk.Attempt;
import io.ticktock.sdk.Choice;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.PlanHandler;
import io.ticktock.sdk.PlanOutcome;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExecutorTest {

    private static final ExecutorConfiguration SMALL = new ExecutorConfiguration(
            2,
            2,
            2,
            2,
            1 << 10,
            1 << 20,
            1 << 20,
            1 << 20,
            100,
            Duration.ofHours(1),
            HttpConfiguration.DEFAULT,
            SecretsConfiguration.NONE);

    private static final String LOOP = """
            graph: loop
            version: 1.0.0
            start: a
            tasks:
              a: {type: test.task}
              b: {type: test.task}
              c: {type: test.task}
            plans:
              p: {type: test.plan}
            edges:
              - a -> p
              - b -> p [JOIN]
              - c -> p [JOIN]
              - p -> a
              - p -> b [PARALLEL]
              - p -> c [PARALLEL]
              - p -> END [FINAL]
            """;

    @Test
    void aTaskBecomesARecordWithItsHeadersTelemetryAndResult() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            handle("a", context -> {
                context.attempt().telemetry().addTokens(7);
                context.attempt().telemetry().addTokens(5);
                context.attempt().telemetry().addCostMicros(30);
                context.attempt().telemetry().measure("score", 0.5);
                context.attempt()
                        .telemetry()
                        .addUsage(ResourceUsage.newBuilder().setInputTokens(9).build());
                return done(TaskOutcome.json(Map.of("x", 1)));
            });
            TaskInput.Builder input = fixture.task("a");
            TaskExecution execution = fixture.run(input);
            assertEquals(
                    input.getHeaders(),
                    execution.getHeaders().toBuilder()
                            .clearStatus()
                            .clearStartedAt()
                            .clearFinishedAt()
                            .clearExecutorId()
                            .build());
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_SUCCEEDED,
                    execution.getHeaders().getStatus());
            assertEquals("executor-1", execution.getHeaders().getExecutorId());
            assertTrue(execution.getHeaders().hasStartedAt()
                    && execution.getHeaders().hasFinishedAt());
            assertEquals(12, execution.getTelemetry().getTokensUsed());
            assertEquals(30, execution.getTelemetry().getCostMicros());
            assertEquals(9, execution.getTelemetry().getUsage().getInputTokens());
            assertEquals(Map.of("score", 0.5), execution.getTelemetry().getMeasuresMap());
            assertEquals("{\"x\":1}", inline(execution));
            fixture.awaitReleased(input.getHeaders().getExecId());
        }
    }

    @Test
    void theStartNodeGetsTheInputOfTheLifetimeUnread() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            handle("a", context -> done(TaskOutcome.success(context.input())));
            fixture.state.input = FakeState.json("this is not even JSON");
            assertEquals("this is not even JSON", inline(fixture.run(fixture.task("a"))));
        }
    }

    @Test
    void nothingIsKeptOfALifetimeThatHasEnded() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            handle("a", context -> done(TaskOutcome.success(context.input())));
            decide(
                    "p",
                    context -> done(PlanOutcome.choose(
                            Choice.of("a", context.arrivals().get(0).value()))));
            TaskExecution task = fixture.run(fixture.task("a"));
            fixture.awaitReleased(task.getHeaders().getExecId());
            fixture.state.reads.clear();

            fixture.bus.publish(Addresses.EXECUTOR_ENDED_LIFETIMES, ended("another", fixture));
            PlanExecution plan = fixture.run(fixture.plan("p", task));
            assertEquals(List.of("a"), plan.getResult().getNextTaskIdsList());
            assertEquals(0, count(fixture, GetExecutionsRequest.class));

            fixture.bus.publish(Addresses.EXECUTOR_ENDED_LIFETIMES, ended(ExecutorFixture.TENANT, fixture));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (count(fixture, GetExecutionsRequest.class) == 0) {
                assertTrue(System.nanoTime() < deadline, "its record is still at hand");
                fixture.run(fixture.plan("p", task));
            }
        }
    }

    private static EndedLifetimes ended(String tenantId, ExecutorFixture fixture) {
        return EndedLifetimes.newBuilder()
                .addLifetimes(LifetimeKey.newBuilder().setTenantId(tenantId).setLifetimeId(fixture.lifetimeId))
                .build();
    }

    @Test
    void inOneProcessAStepReadsNothing() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            handle("a", context -> done(TaskOutcome.success(context.input())));
            decide(
                    "p",
                    context -> done(PlanOutcome.choose(
                            Choice.of("a", context.arrivals().get(0).value()))));
            fixture.state.input = FakeState.json("[1]");
            TaskExecution task = fixture.run(fixture.task("a"));
            fixture.awaitReleased(task.getHeaders().getExecId());
            fixture.state.reads.clear();
            for (int i = 0; i < 5; i++) {
                PlanExecution plan = fixture.run(fixture.plan("p", task));
                fixture.awaitReleased(plan.getHeaders().getExecId());
                assertEquals(List.of("a"), plan.getResult().getNextTaskIdsList());
                task = fixture.run(fixture.chosen(plan, 0));
                fixture.awaitReleased(task.getHeaders().getExecId());
                assertEquals("[1]", inline(task));
            }
            assertEquals(List.of(), fixture.state.reads);
        }
    }

    @Test
    void recordsOfOtherProcessesAreReadOnce() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            decide(
                    "p",
                    context -> done(PlanOutcome.choose(
                            Choice.of("a", context.arrivals().get(0).value()))));
            TaskExecution elsewhere = fixture.recorded("a", "{\"x\":2}");
            for (int i = 0; i < 3; i++) {
                PlanExecution plan = fixture.run(fixture.plan("p", elsewhere));
                assertEquals(
                        "{\"x\":2}", plan.getResult().getInputs(0).getInline().toStringUtf8());
                assertEquals(List.of(elsewhere.getHeaders().getExecId()), plan.getArrivedExecIdsList());
            }
            assertEquals(1, count(fixture, GetExecutionsRequest.class));
            assertEquals(1, count(fixture, GetGraphRequest.class));
        }
    }

    @Test
    void whatAPlanPassesOnIsWhatArrived() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            handle("a", context -> done(TaskOutcome.success(context.input())));
            decide("p", context -> done(PlanOutcome.choose(Choice.of("a"))));
            TaskExecution first = fixture.recorded("b", "1");
            TaskExecution second = fixture.recorded("c", "\"two\"");

            PlanExecution single = fixture.run(fixture.plan("p", first));
            assertEquals(0, single.getResult().getInputsCount());
            assertEquals("1", inline(fixture.run(fixture.chosen(single, 0))));

            PlanExecution joined = fixture.run(fixture.plan("p", first, second));
            assertTrue(joined.getJoined());
            assertEquals("[1,\"two\"]", inline(fixture.run(fixture.chosen(joined, 0))));
        }
    }

    @Test
    void aJoinOfOneBranchIsStillAList() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            handle("a", context -> done(TaskOutcome.success(context.input())));
            decide("p", context -> {
                assertTrue(context.joined());
                return done(PlanOutcome.choose(Choice.of("a")));
            });
            var input = fixture.plan("p", fixture.recorded("b", "1"));
            input.getSourcesBuilder().setJoined(true);
            assertEquals("[1]", inline(fixture.run(fixture.chosen(fixture.run(input), 0))));
        }
    }

    @Test
    void aFailedRecordReachesThePlanAsItsError() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            handle("a", context -> done(TaskOutcome.failure("no_luck", "not today", true)));
            decide("p", context -> {
                assertEquals(
                        "no_luck",
                        context.arrivals().get(0).error().orElseThrow().getCode());
                assertEquals("a", context.arrivals().get(0).nodeId());
                return done(PlanOutcome.choose(
                        Choice.of("END", context.arrivals().get(0).value())));
            });
            TaskExecution failed = fixture.run(fixture.task("a"));
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_FAILED, failed.getHeaders().getStatus());
            assertTrue(failed.getError().getRetryable());
            PlanExecution plan = fixture.run(fixture.plan("p", failed));
            assertEquals(
                    Map.of("error", Map.of("code", "no_luck", "message", "not today")),
                    Value.of(plan.getResult().getInputs(0)).tree());
        }
    }

    @Test
    void aHandlerThatThrowsFailsOrReturnsNothingIsOneFailedRecord() throws Exception {
        Map<String, TaskHandler> bad = Map.of(
                "the handler threw java.lang.IllegalStateException: oops",
                context -> {
                    throw new IllegalStateException("oops");
                },
                "the handler threw java.lang.IllegalStateException: late",
                context -> CompletableFuture.failedFuture(new IllegalStateException("late")),
                "the handler returned nothing; it must return an outcome",
                context -> null,
                "the handler threw java.lang.StackOverflowError",
                context -> {
                    throw new StackOverflowError();
                });
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            for (Map.Entry<String, TaskHandler> entry : bad.entrySet()) {
                handle("a", entry.getValue());
                TaskExecution execution = fixture.run(fixture.task("a"));
                assertEquals(
                        ExecutionStatus.EXECUTION_STATUS_FAILED,
                        execution.getHeaders().getStatus());
                assertEquals(entry.getKey(), execution.getError().getMessage());
            }
            handle("a", context -> done(null));
            assertEquals("no_outcome", fixture.run(fixture.task("a")).getError().getCode());
            handle("a", TaskHandler.blocking(context -> null));
            assertEquals("no_outcome", fixture.run(fixture.task("a")).getError().getCode());
        }
    }

    @Test
    void theSameAttemptRunsOnceHoweverOftenItIsDispatched() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            AtomicInteger runs = new AtomicInteger();
            CompletableFuture<TaskOutcome> outcome = new CompletableFuture<>();
            handle("a", context -> {
                runs.incrementAndGet();
                return outcome;
            });
            TaskInput.Builder input = fixture.task("a");
            String execId = input.getHeaders().getExecId();
            for (int i = 0; i < 4; i++) {
                fixture.dispatch(input.build());
            }
            assertTrue(fixture.isHeld(execId));
            outcome.complete(TaskOutcome.json(1));
            fixture.state.task(execId).get(20, TimeUnit.SECONDS);
            fixture.awaitReleased(execId);
            fixture.dispatch(input.build());
            assertEquals(1, runs.get());
            assertEquals(1, fixture.state.appends.size());
        }
    }

    @Test
    void theVerySameRecordIsRepeatedUntilItIsAcknowledged() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            handle("a", context -> done(TaskOutcome.json(1)));
            fixture.state.next(Mishap.LOST, Mishap.ACKNOWLEDGEMENT_LOST, Mishap.LOST);
            TaskInput.Builder input = fixture.task("a");
            fixture.run(input);
            fixture.awaitReleased(input.getHeaders().getExecId());
            assertEquals(4, fixture.state.appends.size());
            assertEquals(1, fixture.state.appends.stream().distinct().count());
        }
    }

    @Test
    void anAttemptStaysInHandUntilItsRecordIsAcknowledged() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            handle("a", context -> done(TaskOutcome.json(1)));
            CompletableFuture<Void> gate = new CompletableFuture<>();
            fixture.state.hold(gate);
            TaskInput.Builder input = fixture.task("a");
            fixture.run(input);
            assertTrue(fixture.isHeld(input.getHeaders().getExecId()));
            gate.complete(null);
            fixture.awaitReleased(input.getHeaders().getExecId());
        }
    }

    @Test
    void aRefusedRecordIsReplacedByOneThatSaysWhy() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            handle("a", context -> {
                context.attempt().telemetry().addTokens(7);
                context.attempt().telemetry().measure("odd", 1);
                return done(TaskOutcome.json(1));
            });
            fixture.state.next(Mishap.REFUSED);
            TaskExecution execution = fixture.run(fixture.task("a"));
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_FAILED,
                    execution.getHeaders().getStatus());
            assertEquals("record_refused", execution.getError().getCode());
            assertTrue(execution.getError().getMessage().contains("it is not to be had"));
            assertFalse(execution.hasResult());
            assertEquals(7, execution.getTelemetry().getTokensUsed());
            assertEquals(Map.of(), execution.getTelemetry().getMeasuresMap());
        }
    }

    @Test
    void aRefusedRecordOfAPlanIsReplacedByASmallOne() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            decide("p", context -> done(PlanOutcome.choose(Choice.of("a"))));
            fixture.state.next(Mishap.REFUSED);
            PlanExecution execution = fixture.run(fixture.plan("p", fixture.recorded("a", "1")));
            assertEquals("record_refused", execution.getError().getCode());
            assertFalse(execution.hasResult());
            assertEquals(List.of(), execution.getArrivedExecIdsList());
        }
    }

    @Test
    void thatEveryRecordIsRefusedIsToldToTheControlPlaneBeforeTheAttemptIsReleased() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            AtomicInteger runs = new AtomicInteger();
            handle("a", context -> done(TaskOutcome.json(runs.incrementAndGet())));
            fixture.state.next(Mishap.REFUSED, Mishap.REFUSED);
            TaskInput input = fixture.task("a").build();
            fixture.dispatch(input);
            fixture.awaitReleased(input.getHeaders().getExecId());
            ReportRefusedRecordRequest told = fixture.refusals.remove();
            assertEquals(input.getHeaders().getExecId(), told.getHeaders().getExecId());
            assertTrue(told.getReason().contains("it is not to be had"), told.getReason());
            assertEquals(2, fixture.state.appends.size());
            assertEquals(1, runs.get());
        }
    }

    @Test
    void aRecordThatLostTheRaceIsNotRemembered() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            handle("a", context -> done(TaskOutcome.json("mine")));
            decide(
                    "p",
                    context -> done(PlanOutcome.choose(
                            Choice.of("END", context.arrivals().get(0).value()))));
            TaskInput.Builder input = fixture.task("a");
            TaskExecution other = fixture.recorded("a", "\"theirs\"").toBuilder()
                    .setHeaders(input.getHeaders())
                    .build();
            fixture.state.add(other);
            fixture.dispatch(input.build());
            fixture.awaitReleased(input.getHeaders().getExecId());
            PlanExecution plan = fixture.run(fixture.plan("p", other));
            assertEquals("\"theirs\"", plan.getResult().getInputs(0).getInline().toStringUtf8());
        }
    }

    @Test
    void overloadIsRefusedEarlyAndWhatIsInHandGoesOn() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            CompletableFuture<TaskOutcome> outcome = new CompletableFuture<>();
            AtomicInteger runs = new AtomicInteger();
            handle("a", context -> {
                runs.incrementAndGet();
                return outcome;
            });
            List<TaskInput> inputs = List.of(
                    fixture.task("a").build(),
                    fixture.task("a").build(),
                    fixture.task("a").build(),
                    fixture.task("a").build());
            for (TaskInput input : inputs) {
                fixture.dispatch(input);
            }
            ExecutorFixture.awaitThat(() -> runs.get() == 2);
            ExecutionException refused = assertThrows(
                    ExecutionException.class,
                    () -> fixture.dispatch(fixture.task("a").build()));
            assertEquals(
                    FailureCode.OVERLOADED,
                    assertInstanceOf(Failure.class, refused.getCause()).code());
            fixture.dispatch(inputs.get(3));
            outcome.complete(TaskOutcome.json(1));
            for (TaskInput input : inputs) {
                fixture.state.task(input.getHeaders().getExecId()).get(20, TimeUnit.SECONDS);
            }
            assertEquals(4, runs.get());
        }
    }

    @Test
    void whatAHandlerSaysIsPublishedInOrderBeforeItsRecord() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            Queue<ExecutionDelta> heard = new ConcurrentLinkedQueue<>();
            ExecutorFixture.await(fixture.bus.subscribe(Addresses.EXECUTOR_DELTA.at(fixture.lifetimeId), heard::add));
            handle("a", TaskHandler.blocking(context -> {
                for (int i = 0; i < 1_000; i++) {
                    context.attempt().delta(i + " ");
                }
                return TaskOutcome.json("done");
            }));
            TaskInput.Builder input = fixture.task("a");
            fixture.dispatch(input.build());
            TaskExecution execution =
                    fixture.state.task(input.getHeaders().getExecId()).get(20, TimeUnit.SECONDS);
            String said = IntStream.range(0, 1_000).mapToObj(i -> i + " ").collect(Collectors.joining());
            ExecutorFixture.awaitThat(() ->
                    said.equals(heard.stream().map(ExecutionDelta::getText).collect(Collectors.joining())));
            long number = 0;
            for (ExecutionDelta delta : heard) {
                assertEquals(
                        ExecutionDelta.newBuilder()
                                .setTenantId(ExecutorFixture.TENANT)
                                .setLifetimeId(fixture.lifetimeId)
                                .setExecId(execution.getHeaders().getExecId())
                                .setNodeId("a")
                                .setIteration(execution.getHeaders().getIteration())
                                .setAttempt(execution.getHeaders().getAttempt())
                                .setNumber(++number)
                                .setText(delta.getText())
                                .build(),
                        delta);
            }
        }
    }

    @Test
    void aCancelledHandlerIsToldAndRecordedAsCancelled() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            CountDownLatch told = new CountDownLatch(1);
            CountDownLatch running = new CountDownLatch(1);
            handle("a", context -> {
                context.attempt().telemetry().addTokens(3);
                context.attempt().onCancel(told::countDown);
                running.countDown();
                return new CompletableFuture<>();
            });
            TaskInput.Builder input = fixture.task("a");
            fixture.dispatch(input.build());
            assertTrue(running.await(20, TimeUnit.SECONDS));
            String execId = input.getHeaders().getExecId();
            fixture.bus.publish(
                    Addresses.EXECUTOR_CANCEL,
                    CancelExecutions.newBuilder()
                            .setTenantId("another")
                            .setLifetimeId(fixture.lifetimeId)
                            .addExecIds(execId)
                            .build());
            assertTrue(fixture.isHeld(execId));
            fixture.bus.publish(Addresses.EXECUTOR_CANCEL, cancel(fixture, execId));
            TaskExecution execution = fixture.state.task(execId).get(20, TimeUnit.SECONDS);
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_CANCELLED,
                    execution.getHeaders().getStatus());
            assertEquals(3, execution.getTelemetry().getTokensUsed());
            assertTrue(told.await(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void whatAHandlerReportsWhenItHearsOfItsEndIsInTheRecord() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            CountDownLatch running = new CountDownLatch(1);
            CompletableFuture<TaskOutcome> outcome = new CompletableFuture<>();
            handle(
                    "a",
                    context -> context.attempt()
                            .onWorker(() -> {
                                context.attempt().onCancel(() -> {
                                    context.attempt().telemetry().addTokens(3);
                                    outcome.complete(TaskOutcome.failure("given_up", "it was given up", true));
                                });
                                running.countDown();
                                return true;
                            })
                            .thenCompose(begun -> outcome));
            TaskInput.Builder input = fixture.task("a");
            fixture.dispatch(input.build());
            assertTrue(running.await(20, TimeUnit.SECONDS));
            String execId = input.getHeaders().getExecId();
            fixture.bus.publish(Addresses.EXECUTOR_CANCEL, cancel(fixture, execId));
            TaskExecution execution = fixture.state.task(execId).get(20, TimeUnit.SECONDS);
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_CANCELLED,
                    execution.getHeaders().getStatus());
            assertEquals(3, execution.getTelemetry().getTokensUsed());
        }
    }

    @Test
    void aCancelledBlockingHandlerIsInterrupted() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            CountDownLatch running = new CountDownLatch(1);
            CountDownLatch interrupted = new CountDownLatch(1);
            handle("a", TaskHandler.blocking(context -> {
                running.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
                return TaskOutcome.json("too late");
            }));
            TaskInput.Builder input = fixture.task("a");
            fixture.dispatch(input.build());
            assertTrue(running.await(20, TimeUnit.SECONDS));
            String execId = input.getHeaders().getExecId();
            fixture.bus.publish(Addresses.EXECUTOR_CANCEL, cancel(fixture, execId));
            assertTrue(interrupted.await(20, TimeUnit.SECONDS));
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_CANCELLED,
                    fixture.state
                            .task(execId)
                            .get(20, TimeUnit.SECONDS)
                            .getHeaders()
                            .getStatus());
        }
    }

    @Test
    void anAttemptThatIsCancelledBeforeItsStartLeavesNoTrace() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            CompletableFuture<TaskOutcome> outcome = new CompletableFuture<>();
            AtomicInteger runs = new AtomicInteger();
            handle("a", context -> {
                runs.incrementAndGet();
                return outcome;
            });
            TaskInput first = fixture.task("a").build();
            TaskInput second = fixture.task("a").build();
            TaskInput queued = fixture.task("a").build();
            fixture.dispatch(first);
            fixture.dispatch(second);
            fixture.dispatch(queued);
            String execId = queued.getHeaders().getExecId();
            fixture.bus.publish(Addresses.EXECUTOR_CANCEL, cancel(fixture, execId));
            fixture.awaitReleased(execId);
            outcome.complete(TaskOutcome.json(1));
            fixture.awaitReleased(first.getHeaders().getExecId());
            fixture.awaitReleased(second.getHeaders().getExecId());
            assertEquals(2, runs.get());
            assertFalse(fixture.state.task(execId).isDone());
        }
    }

    /** Else something would be done outside for a lifetime that was told to have ended. */
    @Test
    void anAttemptThatIsCancelledWhileItGetsReadyDoesNothing() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            fixture.state.graphGate = new CompletableFuture<>();
            Queue<String> begun = new ConcurrentLinkedQueue<>();
            handle("a", context -> {
                begun.add(context.attempt().executionId());
                return CompletableFuture.completedFuture(TaskOutcome.json(1));
            });
            TaskInput cancelled = fixture.task("a").build();
            String execId = cancelled.getHeaders().getExecId();
            fixture.dispatch(cancelled);
            ExecutorFixture.awaitThat(() -> !fixture.state.reads.isEmpty());
            fixture.bus.publish(Addresses.EXECUTOR_CANCEL, cancel(fixture, execId));
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_CANCELLED,
                    fixture.state
                            .task(execId)
                            .get(20, TimeUnit.SECONDS)
                            .getHeaders()
                            .getStatus());
            TaskInput other = fixture.task("a").build();
            fixture.dispatch(other);
            fixture.state.graphGate.complete(null);
            String otherId = other.getHeaders().getExecId();
            fixture.state.task(otherId).get(20, TimeUnit.SECONDS);
            assertEquals(List.of(otherId), List.copyOf(begun));
        }
    }

    @Test
    void aHandlerThatNeverEndsTimesOut() throws Exception {
        String graph =
                "{graph: g, version: 1.0.0, start: a, tasks: {a: {type: test.task, timeout: 150ms}}, edges: [\"a -> END [FINAL]\"]}";
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, graph)) {
            handle("a", context -> new CompletableFuture<>());
            TaskExecution execution = fixture.run(fixture.task("a"));
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_TIMED_OUT,
                    execution.getHeaders().getStatus());
            assertEquals("timed_out", execution.getError().getCode());
            assertTrue(execution.getTelemetry().getLatencyMs() >= 150);
        }
    }

    @Test
    void aHandlerWithoutATimeoutEndsByThatOfTheExecutor() throws Exception {
        ExecutorConfiguration hasty = new ExecutorConfiguration(
                2,
                2,
                2,
                2,
                1 << 10,
                1 << 20,
                1 << 20,
                1 << 20,
                100,
                Duration.ofSeconds(1),
                HttpConfiguration.DEFAULT,
                SecretsConfiguration.NONE);
        try (ExecutorFixture fixture = new ExecutorFixture(hasty)) {
            handle("a", context -> new CompletableFuture<>());
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_TIMED_OUT,
                    fixture.run(fixture.task("a")).getHeaders().getStatus());
        }
    }

    @Test
    void silenceTimesOutAndHeartbeatsKeepAlive() throws Exception {
        String graph = "{graph: g, version: 1.0.0, start: a,"
                + " tasks: {a: {type: test.task, heartbeat_timeout: 400ms}}, edges: [\"a -> END [FINAL]\"]}";
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, graph)) {
            handle("a", context -> new CompletableFuture<>());
            TaskExecution silent = fixture.run(fixture.task("a"));
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_TIMED_OUT,
                    silent.getHeaders().getStatus());
            fixture.graph(graph.replace("400ms", "30s"));
            handle("a", context -> {
                CompletableFuture<TaskOutcome> outcome = new CompletableFuture<>();
                AtomicInteger beats = new AtomicInteger();
                fixture.vertx.setPeriodic(50, timer -> {
                    context.attempt().heartbeat();
                    if (beats.incrementAndGet() == 10) {
                        outcome.complete(TaskOutcome.json("alive"));
                        return;
                    }
                    fixture.executor.age(Duration.ofSeconds(15));
                });
                return outcome;
            });
            assertEquals("\"alive\"", inline(fixture.run(fixture.task("a"))));
        }
    }

    @Test
    void aWaitIsReportedUntilItIsAcknowledgedAndGoesOnLater() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            handle(
                    "a",
                    context -> done(
                            context.resumption().isPresent()
                                    ? TaskOutcome.json("woken")
                                    : TaskOutcome.waitUntil(Instant.ofEpochSecond(2_000_000_000L, 5))));
            TaskInput.Builder input = fixture.task("a");
            String execId = input.getHeaders().getExecId();
            fixture.waitAnswer = CompletableFuture.failedFuture(new Failure(FailureCode.UNAVAILABLE, "no owner yet"));
            fixture.dispatch(input.build());
            ExecutionWaiting wait = fixture.nextWait();
            assertEquals(2_000_000_000L, wait.getUntil().getSeconds());
            assertEquals(5, wait.getUntil().getNanos());
            assertEquals(input.getHeaders(), wait.getHeaders());
            fixture.waitAnswer = CompletableFuture.completedFuture(ReportWaitingResponse.getDefaultInstance());
            assertEquals(wait, fixture.nextWait());
            fixture.awaitReleased(execId);
            assertEquals(List.of(), fixture.state.appends);
            input.setWaits(1).setResumption(Resumption.newBuilder().setTimerFiredAt(Timestamp.getDefaultInstance()));
            assertEquals("\"woken\"", inline(fixture.run(input)));
        }
    }

    @Test
    void aResumptionThatOvertakesTheAcknowledgementOfTheWaitIsNotLost() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            handle(
                    "a",
                    context -> done(
                            context.resumption().isPresent()
                                    ? TaskOutcome.json("woken")
                                    : TaskOutcome.waitUntil(Instant.ofEpochSecond(1))));
            fixture.waitAnswer = new CompletableFuture<>();
            TaskInput.Builder input = fixture.task("a");
            fixture.dispatch(input.build());
            fixture.nextWait();
            input.setWaits(1).setResumption(Resumption.newBuilder().setTimerFiredAt(Timestamp.getDefaultInstance()));
            assertEquals("\"woken\"", inline(fixture.run(input)));
            fixture.waitAnswer.complete(ReportWaitingResponse.getDefaultInstance());
            fixture.awaitReleased(input.getHeaders().getExecId());
            assertEquals(1, fixture.state.appends.size());
        }
    }

    @Test
    void whatHasWaitedMayWaitAgain() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            AtomicInteger runs = new AtomicInteger();
            handle("a", context -> {
                runs.incrementAndGet();
                return done(TaskOutcome.waitUntil(Instant.ofEpochSecond(1)));
            });
            TaskInput.Builder input = fixture.task("a");
            fixture.dispatch(input.build());
            assertEquals(0, fixture.nextWait().getWaits());
            fixture.awaitReleased(input.getHeaders().getExecId());
            fixture.waitAnswer = new CompletableFuture<>();
            input.setWaits(1).setResumption(Resumption.newBuilder().setTimerFiredAt(Timestamp.getDefaultInstance()));
            fixture.dispatch(input.build());
            assertEquals(1, fixture.nextWait().getWaits());
            fixture.dispatch(input.build());
            assertEquals(2, runs.get(), "the same resumption again is the same attempt");
            handle("a", context -> done(TaskOutcome.json("woken twice")));
            assertEquals("\"woken twice\"", inline(fixture.run(input.setWaits(2))));
        }
    }

    @Test
    void aRefusedWaitIsAFailedRecord() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            handle("a", context -> done(TaskOutcome.waitUntil(Instant.ofEpochSecond(1))));
            fixture.waitAnswer = CompletableFuture.failedFuture(
                    new Failure(FailureCode.NOT_FOUND, "there is no graph of that name"));
            TaskExecution execution = fixture.run(fixture.task("a"));
            assertEquals("not_found", execution.getError().getCode());
            assertEquals("there is no graph of that name", execution.getError().getMessage());
        }
    }

    @Test
    void anAttemptWhoseTimeoutPassedWhileItWaitedIsRecordedAsTimedOut() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            TaskInput.Builder input = fixture.task("a")
                    .setResumption(Resumption.newBuilder().setTimedOutAt(Timestamp.getDefaultInstance()));
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_TIMED_OUT,
                    fixture.run(input).getHeaders().getStatus());
        }
    }

    @Test
    void aPlanMayOnlyChooseWhatItsEdgesAllow() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            TaskExecution arrived = fixture.recorded("a", "1");
            assertInvalid(fixture, arrived, "its edges lead to a, b, c, END", Choice.of("nowhere"));
            assertInvalid(fixture, arrived, "over PARALLEL edges only", Choice.of("a"), Choice.of("b"));
            assertInvalid(fixture, arrived, "over PARALLEL edges only", Choice.of("b"), Choice.of("END"));
            assertInvalid(
                    fixture,
                    arrived,
                    "at most 100",
                    java.util.Collections.nCopies(101, Choice.of("b")).toArray(new Choice[0]));
            decide("p", context -> done(PlanOutcome.choose(List.of(Choice.of("b"), Choice.of("c"), Choice.of("b")))));
            assertEquals(
                    List.of("b", "c", "b"),
                    fixture.run(fixture.plan("p", arrived)).getResult().getNextTaskIdsList());
            decide("p", context -> done(PlanOutcome.choose(List.of())));
            PlanExecution nothing = fixture.run(fixture.plan("p", arrived));
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_SUCCEEDED,
                    nothing.getHeaders().getStatus());
            assertEquals(0, nothing.getResult().getNextTaskIdsCount());
        }
    }

    @Test
    void aLargeResultGoesToTheBlobStoreAndComesBack() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            String large = "x".repeat(700 << 10);
            handle(
                    "a",
                    context -> done(
                            context.input().tree() instanceof String text
                                    ? TaskOutcome.json(text.length())
                                    : TaskOutcome.json(large)));
            decide("p", context -> done(PlanOutcome.choose(Choice.of("a"))));
            fixture.blobs.lostWrites.set(1);
            TaskExecution execution = fixture.run(fixture.task("a"));
            Payload payload = execution.getResult().getPayload();
            assertEquals((700 << 10) + 2, payload.getBlob().getSizeBytes());
            assertEquals(
                    '"' + large + '"',
                    fixture.blobs.blobs.get(payload.getBlob().getUri()).toStringUtf8());
            PlanExecution plan = fixture.run(fixture.plan("p", execution));
            assertEquals(Integer.toString(700 << 10), inline(fixture.run(fixture.chosen(plan, 0))));
        }
    }

    @Test
    void aStreamOfAnySizeIsStoredAndPassedOnUnread() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            byte[] bytes = new byte[3 << 20];
            new java.util.Random(1).nextBytes(bytes);
            handle(
                    "a",
                    context -> done(TaskOutcome.stream(
                            "image/x", ByteString.copyFrom(bytes).newInput())));
            handle("b", context -> done(TaskOutcome.success(context.input())));
            handle("c", context -> done(TaskOutcome.json(context.input().tree())));
            decide("p", context -> done(PlanOutcome.choose(List.of(Choice.of("b"), Choice.of("c")))));
            TaskExecution execution = fixture.run(fixture.task("a"));
            Payload payload = execution.getResult().getPayload();
            assertEquals("image/x", payload.getMediaType());
            assertEquals(
                    ByteString.copyFrom(bytes),
                    fixture.blobs.blobs.get(payload.getBlob().getUri()));
            PlanExecution plan = fixture.run(fixture.plan("p", execution));
            assertEquals(
                    payload, fixture.run(fixture.chosen(plan, 0)).getResult().getPayload());
            TaskExecution looked = fixture.run(fixture.chosen(plan, 1));
            assertEquals("unreadable_value", looked.getError().getCode());
            assertEquals(0, fixture.blobs.reads.get());
        }
    }

    @Test
    void aStreamThatFindsNoThreadOnItsWayFailsTheAttempt() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            ByteString bytes = ByteString.copyFrom(new byte[3 << 20]);
            handle("a", context -> {
                fixture.blobs.beforeWrite = () -> occupyAllThreads(context.attempt(), busy);
                return done(TaskOutcome.stream("image/x", bytes.newInput()));
            });
            TaskExecution execution = fixture.run(fixture.task("a"));
            assertEquals("overloaded", execution.getError().getCode());
            assertTrue(execution.getError().getRetryable());
        } finally {
            busy.countDown();
        }
    }

    /** So that whatever asks for one from now on is refused. */
    private static void occupyAllThreads(Attempt attempt, CountDownLatch until) {
        CountDownLatch taken = new CountDownLatch(SMALL.workerThreads());
        Callable<Boolean> work = () -> {
            taken.countDown();
            return until.await(10, TimeUnit.SECONDS);
        };
        while (taken.getCount() > 0) {
            askUntilRefused(attempt, work);
        }
        askUntilRefused(attempt, work);
    }

    private static void askUntilRefused(Attempt attempt, Callable<Boolean> work) {
        assertThrows(HandlerFailure.class, () -> {
            while (true) {
                attempt.onWorker(work);
            }
        });
    }

    @Test
    void aSmallStreamStaysInline() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            handle(
                    "a",
                    context -> done(TaskOutcome.stream(
                            "text/plain", ByteString.copyFromUtf8("short").newInput())));
            Payload payload = fixture.run(fixture.task("a")).getResult().getPayload();
            assertEquals("short", payload.getInline().toStringUtf8());
            assertEquals("text/plain", payload.getMediaType());
        }
    }

    @Test
    void inputsThatAreTogetherTooLargeArePackedIntoOneBlob() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            handle("b", context -> done(TaskOutcome.success(context.input())));
            List<Choice> choices = new java.util.ArrayList<>();
            for (int i = 0; i < 20; i++) {
                choices.add(i == 7 ? Choice.of("b") : Choice.of("b", Value.json(i + "x".repeat(100))));
            }
            decide("p", context -> done(PlanOutcome.choose(choices)));
            PlanExecution plan = fixture.run(fixture.plan("p", fixture.recorded("a", "\"arrived\"")));
            assertEquals(0, plan.getResult().getInputsCount());
            assertEquals(20, plan.getResult().getPackedInputs().getSizesBytesCount());
            assertEquals(1, fixture.blobs.blobs.size());
            for (int i = 0; i < 20; i++) {
                String expected = i == 7 ? "\"arrived\"" : "\"" + i + "x".repeat(100) + "\"";
                assertEquals(expected, inline(fixture.run(fixture.chosen(plan, i))));
            }
        }
    }

    @Test
    void packedInputsOfSeveralMediaTypesAreRefused() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            ByteString large = ByteString.copyFrom(new byte[1 << 10]);
            decide(
                    "p",
                    context -> done(PlanOutcome.choose(List.of(
                            Choice.of("b", Value.of("image/x", large)), Choice.of("b", Value.of("image/y", large))))));
            PlanExecution plan = fixture.run(fixture.plan("p", fixture.recorded("a", "1")));
            assertEquals("mixed_media_types", plan.getError().getCode());
        }
    }

    @Test
    void inputsThatAreTooLargeToLookAtAreAClearFailure() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            handle("a", context -> done(TaskOutcome.json(context.input().tree())));
            ByteString large = ByteString.copyFrom(new byte[(1 << 20) + 1]);
            fixture.state.input = Payload.newBuilder()
                    .setBlob(fixture.blobs.put(ExecutorFixture.TENANT, large))
                    .build();
            TaskExecution execution = fixture.run(fixture.task("a"));
            assertEquals("input_too_large", execution.getError().getCode());
            assertFalse(execution.getError().getRetryable());
            handle("a", TaskHandler.blocking(context -> {
                try (var stream = context.input().open()) {
                    return TaskOutcome.json(stream.readAllBytes().length);
                }
            }));
            assertEquals(Integer.toString((1 << 20) + 1), inline(fixture.run(fixture.task("a"))));
        }
    }

    @Test
    void aBlobWhoseContentIsAnotherIsNotUsed() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            handle("a", context -> done(TaskOutcome.json(context.input().tree())));
            var reference = fixture.blobs.put(ExecutorFixture.TENANT, ByteString.copyFromUtf8("\"right\""));
            fixture.blobs.blobs.put(reference.getUri(), ByteString.copyFromUtf8("\"wrong\""));
            fixture.state.input = Payload.newBuilder().setBlob(reference).build();
            fixture.dispatch(fixture.task("a").build());
            ExecutorFixture.awaitThat(() -> fixture.blobs.reads.get() > 1);
            assertEquals(List.of(), fixture.state.appends);
        }
    }

    @Test
    void aMissingRecordIsAFailureAndNoHang() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, LOOP)) {
            decide("p", context -> done(PlanOutcome.choose(Choice.of("a"))));
            TaskExecution unknown = fixture.recorded("a", "1").toBuilder()
                    .setHeaders(fixture.task("a").getHeaders())
                    .build();
            assertEquals(
                    "not_found",
                    fixture.run(fixture.plan("p", unknown)).getError().getCode());
        }
    }

    @Test
    void aTypeThatNobodyHasIsAClearFailure() throws Exception {
        String graph =
                "{graph: g, version: 1.0.0, start: a, tasks: {a: {type: acme.gone}}, edges: [\"a -> END [FINAL]\"]}";
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, graph)) {
            TaskExecution execution = fixture.run(fixture.task("a"));
            assertEquals("unknown_type", execution.getError().getCode());
            assertTrue(execution.getError().getMessage().contains("acme.gone"));
        }
    }

    @Test
    void settingsAndInputAreFilledIn() throws Exception {
        String graph = """
                graph: g
                version: 1.0.0
                start: a
                tasks:
                  a: {type: test.task, greeting: "hello ${input.who}", fixed: [1, 2], input: {twice: "${input.n * 2}"}}
                edges: ["a -> END [FINAL]"]
                """;
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, graph)) {
            handle(
                    "a",
                    context -> done(TaskOutcome.json(List.of(
                            context.settings().get("greeting"),
                            context.settings().get("fixed"),
                            context.input().tree()))));
            fixture.state.input = FakeState.json("{\"who\":\"you\",\"n\":4}");
            assertEquals("[\"hello you\",[1,2],{\"twice\":8}]", inline(fixture.run(fixture.task("a"))));
        }
    }

    @Test
    void aLargeInputIsLookedAtOffTheEventLoop() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            handle("a", context -> done(TaskOutcome.json(Thread.currentThread().getName())));
            fixture.state.input = FakeState.json("\"" + "x".repeat(40 << 10) + "\"");
            String thread = inline(fixture.run(fixture.task("a")));
            assertTrue(thread.contains("ticktock-worker"), thread);
        }
    }

    @Test
    void anExpressionThatLoopsIsEvaluatedOffTheEventLoop() throws Exception {
        String graph = """
                graph: g
                version: 1.0.0
                start: a
                tasks: {a: {type: test.task, squares: "${range(3).map(i, i * i)}"}}
                edges: ["a -> END [FINAL]"]
                """;
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL, graph)) {
            handle(
                    "a",
                    context -> done(TaskOutcome.json(List.of(
                            Thread.currentThread().getName(), context.settings().get("squares")))));
            String result = inline(fixture.run(fixture.task("a")));
            assertTrue(result.contains("ticktock-worker") && result.contains("[0,1,4]"), result);
        }
    }

    @Test
    void drainingRefusesWhatIsNewAndLeavesWhatDoesNotEndWithoutARecord() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            handle("a", context -> new CompletableFuture<>());
            TaskInput input = fixture.task("a").build();
            fixture.dispatch(input);
            var drained = fixture.executor.drain(Duration.ofMillis(100));
            ExecutionException refused = assertThrows(
                    ExecutionException.class,
                    () -> fixture.dispatch(fixture.task("a").build()));
            assertEquals(
                    FailureCode.UNAVAILABLE,
                    assertInstanceOf(Failure.class, refused.getCause()).code());
            ExecutorFixture.await(drained);
            fixture.awaitReleased(input.getHeaders().getExecId());
            assertEquals(List.of(), fixture.state.appends);
        }
    }

    @Test
    void whatWaitsForItsStartWhenDrainingBeginsDoesNotStart() throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(SMALL)) {
            CompletableFuture<TaskOutcome> first = new CompletableFuture<>();
            CompletableFuture<TaskOutcome> second = new CompletableFuture<>();
            Iterator<CompletableFuture<TaskOutcome>> outcomes =
                    List.of(first, second).iterator();
            handle("a", context -> outcomes.next());
            fixture.dispatch(fixture.task("a").build());
            fixture.dispatch(fixture.task("a").build());
            TaskInput queued = fixture.task("a").build();
            fixture.dispatch(queued);

            var drained = fixture.executor.drain(Duration.ofSeconds(ExecutorFixture.PATIENCE_SECONDS));
            assertFalse(fixture.isHeld(queued.getHeaders().getExecId()));
            first.complete(TaskOutcome.json("done"));
            second.complete(TaskOutcome.json("done"));

            ExecutorFixture.await(drained);
            assertEquals(2, fixture.state.appends.size());
        }
    }

    private static void assertInvalid(ExecutorFixture fixture, TaskExecution arrived, String part, Choice... choices)
            throws Exception {
        decide("p", context -> done(PlanOutcome.choose(List.of(choices))));
        PlanExecution plan = fixture.run(fixture.plan("p", arrived));
        assertEquals("invalid_choice", plan.getError().getCode());
        assertTrue(plan.getError().getMessage().contains(part), plan.getError().getMessage());
        assertFalse(plan.getError().getRetryable());
        assertEquals(List.of(arrived.getHeaders().getExecId()), plan.getArrivedExecIdsList());
    }

    private static CancelExecutions cancel(ExecutorFixture fixture, String execId) {
        return CancelExecutions.newBuilder()
                .setTenantId(ExecutorFixture.TENANT)
                .setLifetimeId(fixture.lifetimeId)
                .addExecIds(execId)
                .build();
    }

    private static long count(ExecutorFixture fixture, Class<?> request) {
        return fixture.state.reads.stream().filter(request::isInstance).count();
    }

    private static String inline(TaskExecution execution) {
        assertEquals(
                ExecutionStatus.EXECUTION_STATUS_SUCCEEDED,
                execution.getHeaders().getStatus(),
                () -> execution.getError().getMessage());
        return execution.getResult().getPayload().getInline().toStringUtf8();
    }

    private static void handle(String nodeId, TaskHandler handler) {
        TestTaskType.HANDLERS.put(nodeId, handler);
    }

    private static void decide(String nodeId, PlanHandler handler) {
        TestPlanType.HANDLERS.put(nodeId, handler);
    }

    private static <T> CompletableFuture<T> done(T outcome) {
        return CompletableFuture.completedFuture(outcome);
    }
}
