package io.ticktock.testkit;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.ticktock.proto.v1.*;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

/** Messages of one made-up tenant for tests of stores. The same seed makes the same ones. */
public final class StateSamples {

    private final String tenantId;
    private final Random random;
    private long millis = 1_700_000_000_000L;

    public StateSamples(String tenantId, long seed) {
        this.tenantId = tenantId;
        this.random = new Random(seed);
    }

    public String tenantId() {
        return tenantId;
    }

    /** Later ones are higher, as UUIDs of version 7 are. */
    public String lifetimeId() {
        millis += 1 + random.nextInt(3);
        long high = (millis << 16) | 0x7000L | random.nextInt(0x1000);
        long low = (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
        return new UUID(high, low).toString();
    }

    public String execId() {
        return new UUID(
                        (random.nextLong() & 0xffffffffffff0fffL) | 0x5000L,
                        (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L)
                .toString();
    }

    public Payload payload(String json) {
        return Payload.newBuilder()
                .setMediaType("application/json")
                .setInline(ByteString.copyFromUtf8(json))
                .build();
    }

    public Payload blob(String hash) {
        return Payload.newBuilder().setBlob(blobReference(hash)).build();
    }

    public BlobReference blobReference(String hash) {
        return BlobReference.newBuilder()
                .setUri("blob:" + tenantId + "/" + hash)
                .setSizeBytes(5_000_000)
                .setMediaType("text/plain")
                .build();
    }

    public GraphReference graph(String version) {
        return GraphReference.newBuilder()
                .setTenantId(tenantId)
                .setName("sample")
                .setVersion(version)
                .setDigest("d" + version)
                .build();
    }

    public ExecutionHeaders headers(String lifetimeId, NodeKind kind) {
        return ExecutionHeaders.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(lifetimeId)
                .setExecId(execId())
                .setGraph(graph("1.0.0"))
                .setNodeId("node")
                .setKind(kind)
                .setTokenPath("0")
                .setIteration(1)
                .setAttempt(1)
                .setStatus(ExecutionStatus.EXECUTION_STATUS_SUCCEEDED)
                .setStartedAt(time(millis))
                .setFinishedAt(time(millis + 5))
                .build();
    }

    public TaskExecution task(String lifetimeId, String json) {
        return TaskExecution.newBuilder()
                .setHeaders(headers(lifetimeId, NodeKind.NODE_KIND_TASK))
                .setTelemetry(PolicyTelemetry.newBuilder()
                        .setTokensUsed(7)
                        .setCostMicros(11)
                        .setLatencyMs(5)
                        .putMeasures("warmth", 0.5))
                .setResult(TaskResult.newBuilder().setPayload(payload(json)))
                .build();
    }

    public PlanExecution plan(String lifetimeId, List<String> arrivedExecIds, String... nextTaskIds) {
        return PlanExecution.newBuilder()
                .setHeaders(headers(lifetimeId, NodeKind.NODE_KIND_PLAN))
                .setTelemetry(PolicyTelemetry.newBuilder().setLatencyMs(1))
                .setResult(PlanResult.newBuilder().addAllNextTaskIds(List.of(nextTaskIds)))
                .addAllArrivedExecIds(arrivedExecIds)
                .build();
    }

    public AgentLifetime head(String lifetimeId, LifetimeStatus status, long lastSeq) {
        return AgentLifetime.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(lifetimeId)
                .setGraph(graph("1.0.0"))
                .setStatus(status)
                .putLabels("team", "blue")
                .setCreatedAt(time(millis))
                .setUpdatedAt(time(millis + lastSeq))
                .setLastSeq(lastSeq)
                .build();
    }

    public AgentLifetime parked(String lifetimeId) {
        return head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_RUNNING, 3).toBuilder()
                .setParked(true)
                .build();
    }

    /** The end of a lifetime, right behind its start. */
    public LifetimeDecision ending(String lifetimeId) {
        AgentLifetime.Builder head = head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_COMPLETED, 3).toBuilder();
        head.setEndedAt(head.getUpdatedAt());
        return decision(lifetimeId, 2, 1).setHead(head).build();
    }

    /** With as many events as asked for, behind the given one. */
    public LifetimeDecision.Builder decision(String lifetimeId, long afterSeq, int events) {
        return LifetimeDecision.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(lifetimeId)
                .addAllEvents(IntStream.rangeClosed(1, events)
                        .mapToObj(step -> event(lifetimeId, afterSeq + step))
                        .toList());
    }

    public LifetimeEvent event(String lifetimeId, long seq) {
        return LifetimeEvent.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(lifetimeId)
                .setSeq(seq)
                .setTime(time(millis + seq))
                .setScheduled(Scheduled.newBuilder().setExecId(execId()).setNodeId("node"))
                .build();
    }

    /** Running, with two events. */
    public CreateLifetimeRequest start(Fence fence, String lifetimeId) {
        return CreateLifetimeRequest.newBuilder()
                .setFence(fence)
                .setDecision(
                        decision(lifetimeId, 0, 2).setHead(head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_RUNNING, 2)))
                .setInput(payload("{\"of\": \"" + lifetimeId + "\"}"))
                .build();
    }

    public Signal pause(String lifetimeId, String signalId) {
        return Signal.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(lifetimeId)
                .setSignalId(signalId)
                .setPause(PauseCommand.newBuilder().setReason("to look at it").setActor("someone"))
                .build();
    }

    public static Timestamp time(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    private static Timestamp time(long epochMillis) {
        return time(Instant.ofEpochMilli(epochMillis));
    }
}
