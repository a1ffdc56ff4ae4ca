package io.ticktock.control;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.InputSources;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.Scheduled;

/** What task and plan inputs have in common: who runs, and from which records its variables come. */
final class NodeRouting {

    private NodeRouting() {}

    static ExecutionHeaders headers(LifetimeState state, Attempt attempt, NodeKind kind) {
        Scheduled scheduled = attempt.scheduled;
        return ExecutionHeaders.newBuilder()
                .setTenantId(state.tenantId())
                .setLifetimeId(state.lifetimeId())
                .setExecId(scheduled.getExecId())
                .setGraph(state.graphReference())
                .setNodeId(scheduled.getNodeId())
                .setKind(kind)
                .setTokenPath(scheduled.getTokenPath())
                .setIteration(scheduled.getIteration())
                .setAttempt(scheduled.getAttempt())
                .setIdempotencyKey(ExecutionIds.idempotencyKey(
                        state.lifetimeId(), scheduled.getNodeId(), scheduled.getTokenPath(), scheduled.getIteration()))
                .setScheduledAt(ProtoTime.timestamp(attempt.scheduledAt))
                .build();
    }

    /** Why no handler is to run; empty when one is. */
    static String rejection(Attempt attempt) {
        if (!attempt.scheduled.hasRejection()) {
            return "";
        }
        String reason = attempt.scheduled.getRejection().getReason();
        return reason.isEmpty() ? "rejected" : reason;
    }

    static InputSources sources(LifetimeState state, Attempt attempt) {
        Scheduled scheduled = attempt.scheduled;
        InputSources.Builder sources = InputSources.newBuilder()
                .setPlanExecId(scheduled.getPlanExecId())
                .setChoice(scheduled.getChoice())
                .addAllArrivedExecIds(scheduled.getArrivedExecIdsList())
                .setJoined(scheduled.getJoined());
        for (String arrived : scheduled.getArrivedExecIdsList()) {
            String reason = state.rejection(arrived);
            if (reason != null) {
                sources.putRejected(arrived, reason);
            }
        }
        var named = state.graph().usesOf(scheduled.getNodeId()).results();
        if (!named.isEmpty()) {
            sources.putAllResults(attempt.token.resultsOf(named));
        }
        return sources.build();
    }
}
