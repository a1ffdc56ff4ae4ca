package io.ticktock.sdk.worker;

import static io.ticktock.sdk.worker.TestGateway.assertResult;
import static io.ticktock.sdk.worker.TestGateway.assignment;
import static io.ticktock.sdk.worker.TestGateway.held;
import static io.ticktock.sdk.worker.TestGateway.token;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ConnectResponse;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.proto.v1.WorkerHello;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.Value;
import io.ticktock.sdk.worker.TestGateway.Stream;
import io.vertx.grpc.common.GrpcStatus;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A worker against a gateway that says what the test wants it to. */
class WorkerTest {

    private static final int PATIENCE_MS = 20_000;
    private static final Timing IMPATIENT =
            new Timing(Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(10), Duration.ofSeconds(2));
    private static final TaskHandler ECHO =
            context -> CompletableFuture.completedFuture(TaskOutcome.success(context.input()));

    private final TestGateway gateway = new TestGateway();
    private Worker worker;

    private Worker start(TaskHandler handler) {
        return start(gateway.url(), handler, 4);
    }

    private Worker start(String url, TaskHandler handler, int capacity) {
        worker = Worker.connect(url)
                .apiKey(TestGateway.KEY)
                .workerId("worker-1")
                .task("acme.test", handler)
                .capacity(capacity)
                .timing(IMPATIENT)
                .start();
        return worker;
    }

    @AfterEach
    void close() {
        if (worker != null) {
            worker.close();
        }
        gateway.close();
    }

    @Test
    void saysWhoItIsAndForgetsWhatIsAcknowledged() throws Exception {
        start(ECHO);
        Stream stream = gateway.nextStream();
        WorkerHello hello = stream.hello();
        assertEquals("worker-1", hello.getWorkerId());
        assertEquals(List.of("acme.test"), hello.getTaskTypesList());
        assertEquals(4, hello.getCapacity());
        assertEquals(List.of(), hello.getHeldList());
        stream.welcome(50).assign(assignment("a", "1").build());
        TaskCompletion completion = stream.completion();
        assertEquals(token(1), completion.getToken());
        assertResult("1", completion);
        assertEquals(List.of("a"), stream.heartbeat().getExecIdsList());
        stream.acknowledge(completion, true).assign(assignment("b", "2").build());
        assertEquals("b", stream.completion().getExecId());
        assertEquals(List.of("b"), stream.heartbeat().getExecIdsList());
    }

    @Test
    void aHandlerLearnsWhichSpanItsWorkIsFor() throws Exception {
        String header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        start(context -> CompletableFuture.completedFuture(
                TaskOutcome.json(Map.of("of", context.attempt().traceParent().orElse("none")))));
        Stream stream = gateway.nextStream();
        stream.hello();
        stream.welcome(3_600_000)
                .assign(assignment("a", "1").setTraceparent(header).build());
        assertResult("{\"of\":\"" + header + "\"}", stream.completion());
        stream.assign(assignment("b", "1").build());
        assertResult("{\"of\":\"none\"}", stream.completion());
    }

    @Test
    void theMostImpatientAttemptSaysHowOftenItIsHeardOf() throws Exception {
        start(ECHO);
        Stream stream = gateway.nextStream();
        stream.hello();
        stream.welcome(3_600_000)
                .assign(
                        assignment("a", "1").setHeartbeatTimeoutMs(60_000).build(),
                        assignment("b", "1").setHeartbeatTimeoutMs(300).build());
        assertEquals(List.of("a", "b"), stream.heartbeat().getExecIdsList());
        assertEquals(List.of("a", "b"), stream.heartbeat().getExecIdsList());
    }

    @Test
    void handlersGetWhatTheAssignmentSays() throws Exception {
        CompletableFuture<TaskContext> seen = new CompletableFuture<>();
        start(TaskHandler.blocking(context -> {
            seen.complete(context);
            context.attempt().telemetry().addTokens(7);
            context.attempt().telemetry().addCostMicros(9);
            context.attempt().telemetry().measure("hits", 2);
            return TaskOutcome.json(context.settings().get("query"));
        }));
        Stream stream = gateway.welcomed()
                .assign(assignment("a", "[1]")
                        .setSettings(ByteString.copyFromUtf8("{\"query\": \"cats\"}"))
                        .setTimeoutMs(60_000)
                        .build());
        TaskCompletion completion = stream.completion();
        assertResult("\"cats\"", completion);
        assertEquals(7, completion.getTelemetry().getTokensUsed());
        assertEquals(9, completion.getTelemetry().getCostMicros());
        assertEquals(Map.of("hits", 2.0), completion.getTelemetry().getMeasuresMap());
        TaskContext context = seen.join();
        assertEquals("acme", context.attempt().tenantId());
        assertEquals("lifetime", context.attempt().lifetimeId());
        assertEquals("a", context.attempt().executionId());
        assertEquals("node", context.attempt().nodeId());
        assertEquals(1, context.attempt().iteration());
        assertEquals(1, context.attempt().number());
        assertEquals("key-a", context.attempt().idempotencyKey());
        assertEquals(Optional.of(Duration.ofMinutes(1)), context.attempt().timeout());
        assertEquals(Instant.EPOCH, context.attempt().scheduledAt());
        assertEquals(List.of(1L), context.input().tree());
    }

    @Test
    void whatIsInHandOutlivesTheStreamAndRunsOnce() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch goOn = new CountDownLatch(1);
        start(TaskHandler.blocking(context -> {
            runs.incrementAndGet();
            if (context.attempt().executionId().equals("slow")) {
                goOn.await();
            }
            return TaskOutcome.success(context.input());
        }));
        TaskAssignment slow = assignment("slow", "1").build();
        TaskAssignment fast = assignment("fast", "2").build();
        Stream first = gateway.welcomed().assign(slow, fast);
        assertEquals("fast", first.completion().getExecId());
        first.cut();

        Stream second = gateway.nextStream();
        assertEquals(Set.of(held(slow), held(fast)), Set.copyOf(second.hello().getHeldList()));
        assertTrue(second.isSilent(100), "nothing is said before the welcome");
        second.welcome(50);
        TaskCompletion again = second.completion();
        assertResult("2", again);
        second.acknowledge(again, true);
        goOn.countDown();
        TaskCompletion late = second.completion();
        assertResult("1", late);
        second.acknowledge(late, true);
        assertTrue(second.isSilent(150));
        assertEquals(2, runs.get());
    }

    @Test
    void anAttemptGivenAnewToItsHolderRunsOnAndEndsUnderItsLaterToken() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch goOn = new CountDownLatch(1);
        start(TaskHandler.blocking(context -> {
            if (context.attempt().executionId().equals("a")) {
                runs.incrementAndGet();
                goOn.await();
            }
            return TaskOutcome.success(context.input());
        }));
        TaskAssignment before = assignment("a", "1").build();
        TaskAssignment after = before.toBuilder().setToken(token(2)).build();
        Stream stream = gateway.welcomed().assign(before).assign(after).cancel(before);
        // The worker reads in order: once it has done this one, it knows of the later token.
        stream.assign(assignment("b", "2").build());
        assertEquals("b", stream.completion().getExecId());
        goOn.countDown();
        TaskCompletion completion = stream.completion();
        assertEquals(token(2), completion.getToken());
        assertResult("1", completion);
        stream.assign(after.toBuilder().setToken(token(3)).build());
        assertEquals(token(3), stream.completion().getToken());
        assertEquals(1, runs.get());
    }

    @Test
    void aCancelInterruptsAndNothingIsSentOfIt() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        start(TaskHandler.blocking(context -> {
            context.attempt().onCancel(told::countDown);
            running.countDown();
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                assertTrue(context.attempt().isCancelled());
                interrupted.countDown();
            }
            return TaskOutcome.json("too late");
        }));
        TaskAssignment assignment = assignment("a", "1").build();
        Stream stream = gateway.welcomed().assign(assignment);
        await(running);
        stream.cancel(assignment);
        await(interrupted);
        await(told);
        assertTrue(stream.isSilent(200));
        stream.assign(assignment("b", "2").build());
        stream.next(message -> message.getHeartbeat().getExecIdsList().equals(List.of("b")));
    }

    @Test
    void aTimeoutEndsAnAttempt() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        start(TaskHandler.blocking(context -> {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return TaskOutcome.json("too late");
        }));
        Stream stream = gateway.welcomed()
                .assign(assignment("a", "1").setTimeoutMs(2_000).build());
        ExecutionError error = stream.completion().getError();
        assertEquals("timed_out", error.getCode());
        assertEquals("no result after 2.0 s", error.getMessage());
        assertTrue(error.getRetryable());
        await(interrupted);
        assertTrue(stream.isSilent(150), "its own outcome is of no interest any more");
    }

    @Test
    void whatIsRefusedAsStaleIsForgotten() throws Exception {
        start(ECHO);
        Stream stream = gateway.welcomed().assign(assignment("a", "1").build());
        stream.acknowledge(stream.completion(), false);
        stream.cut();
        assertEquals(List.of(), gateway.nextStream().hello().getHeldList());
    }

    @Test
    void takesNoMoreThanItHasRoomFor() throws Exception {
        AtomicInteger running = new AtomicInteger();
        CountDownLatch goOn = new CountDownLatch(1);
        start(
                gateway.url(),
                TaskHandler.blocking(context -> {
                    assertTrue(running.incrementAndGet() <= 2);
                    goOn.await();
                    running.decrementAndGet();
                    return TaskOutcome.success(context.input());
                }),
                2);
        Stream stream = gateway.welcomed()
                .assign(
                        assignment("a", "1").build(),
                        assignment("b", "2").build(),
                        assignment("c", "3").build());
        assertEquals(Set.of("a", "b"), Set.copyOf(stream.heartbeat().getExecIdsList()));
        goOn.countDown();
        List<String> ended =
                List.of(stream.completion().getExecId(), stream.completion().getExecId());
        assertEquals(Set.of("a", "b"), Set.copyOf(ended));
        assertTrue(stream.isSilent(150));
    }

    @Test
    void drainsWhatItHasAndEndsInOrder() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        start(TaskHandler.blocking(context -> {
            goOn.await();
            return TaskOutcome.success(context.input());
        }));
        Stream stream = gateway.welcomed().assign(assignment("a", "1").build());
        stream.heartbeat();
        CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(() -> drain(Duration.ofSeconds(20)));
        stream.next(ConnectRequest::hasDrain);
        goOn.countDown();
        TaskCompletion completion = stream.completion();
        assertFalse(drained.isDone());
        stream.acknowledge(completion, true);
        assertTrue(stream.awaitEnd(), "in order");
        stream.end(GrpcStatus.OK, "");
        assertTrue(drained.get(20, TimeUnit.SECONDS));
        worker.await();
    }

    @Test
    void aDrainGoesOnAfterTheStreamBreaks() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        start(TaskHandler.blocking(context -> {
            goOn.await();
            return TaskOutcome.success(context.input());
        }));
        Stream stream = gateway.welcomed().assign(assignment("a", "1").build());
        stream.heartbeat();
        CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(() -> drain(Duration.ofSeconds(20)));
        stream.next(ConnectRequest::hasDrain);
        stream.cut();
        Stream second = gateway.welcomed();
        second.next(ConnectRequest::hasDrain);
        goOn.countDown();
        second.acknowledge(second.completion(), true);
        assertTrue(second.awaitEnd());
        second.end(GrpcStatus.OK, "");
        assertTrue(drained.get(20, TimeUnit.SECONDS));
    }

    @Test
    void aDrainHasAnEnd() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        start(TaskHandler.blocking(context -> {
            running.countDown();
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return TaskOutcome.json("too late");
        }));
        gateway.welcomed().assign(assignment("a", "1").build());
        await(running);
        assertFalse(worker.drain(Duration.ofMillis(100)));
        await(interrupted);
        worker.await();
    }

    @Test
    void connectsAgainWhenTheServerHasStopped() throws Exception {
        start(ECHO);
        Stream stream = gateway.welcomed().drain();
        stream.assign(assignment("a", "1").build());
        stream.acknowledge(stream.completion(), true);
        stream.end(GrpcStatus.OK, "");
        assertEquals(List.of(), gateway.nextStream().hello().getHeldList());
    }

    @Test
    void aServerThatBreaksTheProtocolIsLeftAndAskedAgainLater() throws Exception {
        start(ECHO);
        Stream stream = gateway.welcomed().assign(assignment("kept", "1").build());
        stream.completion();
        stream.sendGarbage();
        List<TaskAssignment> senseless = List.of(
                assignment("", "1").build(),
                assignment("a", "1").setToken(ByteString.copyFromUtf8("short")).build());
        for (TaskAssignment each : senseless) {
            Stream next = gateway.nextStream();
            assertEquals(1, next.hello().getHeldCount());
            next.welcome(50).assign(each);
        }
        gateway.nextStream().assign(assignment("early", "1").build());
        gateway.nextStream().welcome(0);
        gateway.nextStream().welcome(50).welcome(50);
        Stream last = gateway.nextStream();
        assertEquals(1, last.hello().getHeldCount());
        last.welcome(50).send(ConnectResponse.newBuilder());
        last.acknowledge(last.completion(), true);
        last.assign(assignment("b", "2").build());
        assertResult("2", last.completion());
    }

    @Test
    void aTypeThatItDoesNotServeFailsForGood() throws Exception {
        start(ECHO);
        Stream stream = gateway.welcomed()
                .assign(assignment("a", "1").setTaskType("acme.other").build());
        assertFailure("unknown_type", false, stream.completion());
    }

    @Test
    void aWrongKeyIsSaidClearlyAndAskedOnce() {
        worker = Worker.connect(gateway.url())
                .apiKey("wrong")
                .task("acme.test", ECHO)
                .timing(IMPATIENT)
                .start();
        WorkerRefused refused = assertThrows(WorkerRefused.class, worker::await);
        assertTrue(refused.getMessage().contains("a valid API key is needed"), refused::getMessage);
        assertEquals(1, gateway.calls());
    }

    @Test
    void aKeyThatIsRevokedWhileItWorksIsTriedAFewTimes() throws Exception {
        AtomicBoolean valid = new AtomicBoolean(true);
        worker = Worker.connect(gateway.url())
                .credential(() -> valid.get() ? TestGateway.KEY : "revoked")
                .task("acme.test", ECHO)
                .timing(IMPATIENT)
                .start();
        Stream stream = gateway.welcomed();
        stream.assign(assignment("a", "1").build()).completion();
        valid.set(false);
        stream.end(GrpcStatus.UNAUTHENTICATED, "revoked");
        assertThrows(WorkerRefused.class, worker::await);
        assertEquals(5, gateway.calls());
    }

    @Test
    void aServerThatIsNotThereIsWaitedForPatiently() throws Exception {
        TestGateway later = new TestGateway();
        int port = later.port();
        String url = later.url();
        later.close();
        try (ServerSocket noServer = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            noServer.setSoTimeout(PATIENCE_MS);
            start(url, ECHO, 4);
            noServer.accept().close();
        }
        try (TestGateway there = new TestGateway(port)) {
            Stream stream = there.welcomed().assign(assignment("a", "1").build());
            assertResult("1", stream.completion());
        }
    }

    @Test
    void aConnectionThatCarriesNothingAnyMoreIsGivenUp() throws Exception {
        try (Tunnel tunnel = new Tunnel(gateway.port())) {
            start(tunnel.url(), ECHO, 4);
            Stream stream = gateway.welcomed().assign(assignment("a", "1").build());
            stream.completion();
            tunnel.clog();
            Stream second = gateway.nextStream();
            assertEquals(1, second.hello().getHeldCount());
        }
    }

    @Test
    void aLargeInputIsFetchedOnlyWhenItIsLookedAt() throws Exception {
        byte[] content = ("\"" + "x".repeat(100_000) + "\"").getBytes(StandardCharsets.UTF_8);
        start(context -> CompletableFuture.completedFuture(
                context.settings().tree().isEmpty()
                        ? TaskOutcome.json(context.input().sizeBytes())
                        : TaskOutcome.json(((String) context.input().tree()).length())));
        gateway.blob(sha256(content), content);
        Payload input = blob(content);
        Stream stream =
                gateway.welcomed().assign(assignment("a", "").setInput(input).build());
        assertResult("100002", stream.completion());
        assertEquals(0, gateway.blobReads());
        stream.assign(assignment("b", "")
                .setInput(input)
                .setSettings(ByteString.copyFromUtf8("{\"look\":true}"))
                .build());
        assertResult("100000", stream.completion());
        assertEquals(1, gateway.blobReads());
    }

    @Test
    void aLargeInputGoesBackByValueWhenItIsPassedOn() throws Exception {
        byte[] content = "x".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        start(ECHO);
        gateway.blob(sha256(content), content);
        Stream stream = gateway.welcomed()
                .assign(assignment("a", "").setInput(blob(content)).build());
        assertEquals(
                ByteString.copyFrom(content), stream.completion().getResult().getInline());
    }

    @Test
    void aLargeInputThatIsAnotherOrNotThereMakesAFailure() throws Exception {
        byte[] content = "right".getBytes(StandardCharsets.UTF_8);
        start(TaskHandler.blocking(context ->
                TaskOutcome.json(new String(context.input().open().readAllBytes(), StandardCharsets.UTF_8))));
        gateway.blob(sha256(content), "wrong".getBytes(StandardCharsets.UTF_8));
        Payload input = blob(content);
        Stream stream =
                gateway.welcomed().assign(assignment("a", "").setInput(input).build());
        assertTrue(stream.completion().hasError());
        byte[] absent = "absent".getBytes(StandardCharsets.UTF_8);
        stream.assign(assignment("b", "").setInput(blob(absent)).build());
        assertFailure("blob_unavailable", true, stream.completion());
    }

    @Test
    void streamsAreReadUpToWhatAMessageHolds() throws Exception {
        AtomicInteger closed = new AtomicInteger();
        start(context -> CompletableFuture.completedFuture(TaskOutcome.stream(
                "text/plain",
                new FilterInputStream(new ByteArrayInputStream(
                        new byte[((Long) context.input().tree()).intValue()])) {
                    @Override
                    public void close() {
                        closed.incrementAndGet();
                    }
                })));
        int most = Completions.MOST_RESULT_BYTES;
        Stream stream = gateway.welcomed()
                .assign(
                        assignment("a", "" + most).build(),
                        assignment("b", "" + (most + 1)).build());
        TaskCompletion one = stream.completion();
        TaskCompletion other = stream.completion();
        TaskCompletion whole = one.getExecId().equals("a") ? one : other;
        TaskCompletion tooLarge = one.getExecId().equals("a") ? other : one;
        assertEquals(most, whole.getResult().getInline().size());
        assertEquals("text/plain", whole.getResult().getMediaType());
        assertFailure("result_too_large", false, tooLarge);
        stream.acknowledge(one, true).acknowledge(other, true);
        stream.assign(assignment("c", "1").build());
        stream.completion();
        assertTrue(closed.get() >= 2);
    }

    @Test
    void whateverAHandlerComesToIsToldTheServer() throws Exception {
        start(context -> {
            String asked = (String) context.input().tree();
            return switch (asked) {
                case "null" -> null;
                case "throw" -> throw new IllegalStateException("broken");
                case "failure" -> throw new HandlerFailure("no_credit", "pay first", false);
                case "fail later" -> CompletableFuture.failedFuture(new HandlerFailure("busy", "later", true));
                case "null later" -> CompletableFuture.completedFuture(null);
                case "wait" -> CompletableFuture.completedFuture(TaskOutcome.waitUntil(Instant.now()));
                case "large" ->
                    CompletableFuture.completedFuture(TaskOutcome.success(
                            Value.of("x/y", ByteString.copyFrom(new byte[Completions.MOST_RESULT_BYTES + 1]))));
                default -> throw new AssertionError(asked);
            };
        });
        Stream stream = gateway.welcomed();
        assertFailure("no_outcome", false, ended(stream, "null"));
        assertFailure("handler_failed", true, ended(stream, "throw"));
        assertFailure("no_credit", false, ended(stream, "failure"));
        assertFailure("busy", true, ended(stream, "fail later"));
        assertFailure("no_outcome", false, ended(stream, "null later"));
        assertFailure("cannot_wait", false, ended(stream, "wait"));
        assertFailure("result_too_large", false, ended(stream, "large"));
    }

    @Test
    void whatIsWrongIsSaidBeforeItStarts() {
        assertSays("the address of a server", () -> Worker.connect("127.0.0.1:7171"));
        assertSays("the address of a server", () -> Worker.connect("ftp://here"));
        assertSays(
                "needs a dot",
                () -> Worker.connect("http://here").task("search", ECHO).start());
        assertSays("has handlers for", () -> Worker.connect("http://here").start());
        assertSays(
                "capacity",
                () -> Worker.connect("http://here")
                        .task("a.b", ECHO)
                        .capacity(0)
                        .start());
        assertSays(
                "id of a worker",
                () -> Worker.connect("http://here")
                        .task("a.b", ECHO)
                        .workerId("ö")
                        .start());
        assertSays(
                "a handler already",
                () -> Worker.connect("http://here").task("a.b", ECHO).task("a.b", ECHO));
    }

    private static void assertSays(String part, Runnable wrong) {
        String message =
                assertThrows(IllegalArgumentException.class, wrong::run).getMessage();
        assertTrue(message.contains(part), message);
    }

    private static TaskCompletion ended(Stream stream, String what) throws InterruptedException {
        stream.assign(assignment(what, "\"" + what + "\"").build());
        TaskCompletion completion = stream.completion();
        stream.acknowledge(completion, true);
        return completion;
    }

    private static void assertFailure(String code, boolean retryable, TaskCompletion completion) {
        assertEquals(code, completion.getError().getCode(), completion::toString);
        assertEquals(retryable, completion.getError().getRetryable(), completion::toString);
    }

    private boolean drain(Duration atMost) {
        try {
            return worker.drain(atMost);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertTrue(latch.await(20, TimeUnit.SECONDS));
    }

    private static Payload blob(byte[] content) throws Exception {
        return Payload.newBuilder()
                .setBlob(BlobReference.newBuilder()
                        .setSizeBytes(content.length)
                        .setSha256(ByteString.copyFrom(digest(content))))
                .build();
    }

    private static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(digest(content));
    }

    private static byte[] digest(byte[] content) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(content);
    }
}
