package io.ticktock.guardrail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.GetExecutionsResponse;
import io.ticktock.proto.v1.GetUsageResponse;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.ReadBlobResponse;
import io.ticktock.proto.v1.RegisterPolicySetResponse;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.proto.v1.TaskResult;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What guardrails read of other modules for a verdict, and that there is none when they cannot. */
class GuardrailReadsTest {

    private static final Instant NOW = Instant.parse("2026-03-04T10:20:30Z");
    private static final int MAX_CONTENT_BYTES = 1 << 10;

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);

    @TempDir
    private Path folder;

    private void deploy(String policy) throws Exception {
        await(bus.serve(
                Addresses.STATE_REGISTER_POLICY_SET,
                request -> Future.succeededFuture(RegisterPolicySetResponse.getDefaultInstance())));
        Path file = Files.writeString(folder.resolve("p.yaml"), "policies:\n  - {name: p, " + policy + "}\n");
        await(vertx.deployVerticle(new GuardrailVerticle(
                bus,
                new GuardrailConfiguration(
                        Optional.of(file), Duration.ofHours(1), Duration.ofSeconds(1), MAX_CONTENT_BYTES),
                new SimpleMeterRegistry())));
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void aTenantsWindowIsReadAndRecordedWithTheVerdict() throws Exception {
        await(bus.serve(
                Addresses.STATE_GET_USAGE,
                request -> Future.succeededFuture(GetUsageResponse.newBuilder()
                        .setSettled(Totals.newBuilder().setExecutions(3).setTokensUsed(90))
                        .setSettledUntil(ProtoTime.timestamp(NOW.minusSeconds(6)))
                        .build())));
        deploy("scope: tenant, window: day, when: sum.tokens_used > 100, action: PAUSE_LIFETIME");

        Verdict first = verdict("a", 10);
        assertEquals(GuardrailAction.GUARDRAIL_ACTION_ALLOW, first.getAction());
        assertEquals("day", first.getWindows(0).getWindow());
        assertEquals(100, first.getWindows(0).getTotals().getTokensUsed());
        Verdict second = verdict("b", 1);
        assertEquals(GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME, second.getAction());
        assertEquals(second, verdict("b", 1));
    }

    @Test
    void nothingIsDecidedWhileTheUsageCannotBeRead() throws Exception {
        deploy("scope: tenant, window: 6h, when: sum.tokens_used > 100, action: PAUSE_LIFETIME");
        assertUnavailable();
    }

    @Test
    void nothingIsDecidedWhileAResultCannotBeRead() throws Exception {
        deploy("scope: execution, when: result.bad, action: REJECT_EXECUTION");
        assertUnavailable();
    }

    @Test
    void aResultInTheBlobStoreIsLookedInto() throws Exception {
        ByteString content = ByteString.copyFromUtf8("{\"bad\": true}");
        serveBlob(content.size());
        await(bus.serve(
                Addresses.BLOB_READ,
                request -> Future.succeededFuture(ReadBlobResponse.newBuilder()
                        .setChunk(content.substring((int) request.getOffset(), (int) request.getOffset() + 1))
                        .build())));
        deploy("scope: execution, when: result.bad, action: REJECT_EXECUTION");
        assertEquals(
                GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION,
                verdict("a", 1).getAction());
    }

    @Test
    void aResultThatIsTooLargeFailsClosedAndSaysWhatHelps() throws Exception {
        serveBlob(MAX_CONTENT_BYTES + 1);
        deploy("scope: execution, when: result.bad, action: REJECT_EXECUTION");
        Verdict verdict = verdict("a", 1);
        assertEquals(GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME, verdict.getAction());
        assertTrue(verdict.getReason().contains("guardrail.max_content_bytes = 1024"), verdict.getReason());
    }

    private void serveBlob(long sizeBytes) throws Exception {
        TaskExecution task = TaskExecution.newBuilder()
                .setResult(TaskResult.newBuilder()
                        .setPayload(Payload.newBuilder()
                                .setBlob(BlobReference.newBuilder().setSizeBytes(sizeBytes))))
                .build();
        await(bus.serve(
                Addresses.STATE_GET_EXECUTIONS,
                request -> Future.succeededFuture(
                        GetExecutionsResponse.newBuilder().addTasks(task).build())));
    }

    private void assertUnavailable() {
        ExecutionException failed = assertThrows(ExecutionException.class, () -> verdict("a", 1));
        assertTrue(Failure.is(failed.getCause(), FailureCode.UNAVAILABLE), failed::toString);
    }

    private Verdict verdict(String execId, long tokens) throws Exception {
        VerdictRequest request = VerdictRequest.newBuilder()
                .setTenantId("acme")
                .setNow(ProtoTime.timestamp(NOW))
                .addRecords(ExecutionReference.newBuilder()
                        .setHeaders(ExecutionHeaders.newBuilder()
                                .setTenantId("acme")
                                .setExecId(execId)
                                .setKind(NodeKind.NODE_KIND_TASK)
                                .setStatus(ExecutionStatus.EXECUTION_STATUS_SUCCEEDED)
                                .setFinishedAt(ProtoTime.timestamp(NOW)))
                        .setTelemetry(PolicyTelemetry.newBuilder().setTokensUsed(tokens)))
                .build();
        return await(bus.request(Addresses.GUARDRAIL_VERDICT, request)).getVerdicts(0);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
