package io.ticktock.api.worker;

import com.google.protobuf.ByteString;
import io.ticktock.bus.tenant.Places.Place;
import io.ticktock.proto.v1.HeldTask;
import io.ticktock.proto.v1.TaskAcknowledgement;
import io.ticktock.proto.v1.TaskCompletion;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;

/** An attempt in a worker's hand. What changes, {@link Hands}, {@link Outcomes} and {@link Recovery} change. */
final class Hand {

    record Key(String tenantId, String execId) {}

    final String tenantId;
    final String workerId;
    final String execId;
    final String lifetimeId;
    /** Only with this it can be completed. */
    final ByteString token;

    /** The worker's stream; null while it is not connected. */
    WorkerSession session;
    /** Who waits for its outcome; null while none is known to. */
    String executorId;
    /** Among those that no executor has claimed; null once one has, or where it was given out here. */
    Place unclaimed;
    /** Since when none is. */
    long orphanedAtNanos;

    long heardAtNanos;
    long heartbeatTimeoutNanos;

    /** How it ended, until that is recorded; null before. */
    TaskCompletion completion;
    /** Those besides the worker who want to know whether it is recorded. */
    final List<Promise<TaskAcknowledgement>> waiters = new ArrayList<>(0);

    /** Its executor has been told the completion. */
    boolean isSettling;
    /** The data plane has been asked whether it is recorded. */
    boolean isLookedFor;

    Hand(String tenantId, String workerId, HeldTask task, long heartbeatTimeoutNanos) {
        this.tenantId = tenantId;
        this.workerId = workerId;
        this.execId = task.getExecId();
        this.lifetimeId = task.getLifetimeId();
        this.token = task.getToken();
        this.heartbeatTimeoutNanos = heartbeatTimeoutNanos;
    }

    /** 0 before there is one. */
    int completionBytes() {
        return completion == null ? 0 : completion.getSerializedSize();
    }

    Key key() {
        return new Key(tenantId, execId);
    }

    boolean has(ByteString presented) {
        return token.equals(presented);
    }

    boolean isOrphaned() {
        return executorId == null;
    }

    void leaveUnclaimed() {
        if (unclaimed != null) {
            unclaimed.leave();
            unclaimed = null;
        }
    }

    void orphan(long nowNanos) {
        executorId = null;
        orphanedAtNanos = nowNanos;
    }

    boolean isSilent(long nowNanos) {
        return nowNanos - heardAtNanos > heartbeatTimeoutNanos;
    }

    HeldTask task() {
        return HeldTask.newBuilder()
                .setExecId(execId)
                .setToken(token)
                .setLifetimeId(lifetimeId)
                .build();
    }
}
