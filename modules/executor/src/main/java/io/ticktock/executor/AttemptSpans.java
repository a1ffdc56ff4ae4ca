package io.ticktock.executor;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.trace.GenAiAttributes;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.PolicyTelemetry;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Tells of attempts in the trace of their lifetime, once they have ended. Never tells what they were given or returned. */
final class AttemptSpans {

    /** A join may gather very many. */
    private static final int MOST_LINKS = 32;

    private final Tracing tracing;

    AttemptSpans(Tracing tracing) {
        this.tracing = tracing;
    }

    /**
     * Tells of an attempt that has ended; its trace for what follows, null when it is not traced.
     *
     * @param arrived executions of the same lifetime whose results it looked at
     */
    Context tell(
            HeldAttempt attempt,
            ExecutionHeaders headers,
            PolicyTelemetry telemetry,
            ExecutionError error,
            List<String> arrived) {
        String lifetimeId = headers.getLifetimeId();
        if (!tracing.follows(lifetimeId)) {
            return null;
        }
        Instant startedAt = ProtoTime.instant(headers.getStartedAt());
        String kind = headers.getKind() == NodeKind.NODE_KIND_PLAN ? "plan" : "task";
        SpanBuilder builder = tracing.span(kind + " " + headers.getNodeId(), Tracing.lifetime(lifetimeId), startedAt)
                .setAllAttributes(GenAiAttributes.of(telemetry))
                .setAttribute("ticktock.tenant_id", headers.getTenantId())
                .setAttribute("ticktock.lifetime_id", lifetimeId)
                .setAttribute("ticktock.exec_id", headers.getExecId())
                .setAttribute("ticktock.node.id", headers.getNodeId())
                .setAttribute("ticktock.node.kind", kind)
                .setAttribute("ticktock.node.type", attempt.type())
                .setAttribute("ticktock.iteration", headers.getIteration())
                .setAttribute("ticktock.attempt", headers.getAttempt())
                .setAttribute("ticktock.status", status(headers.getStatus()));
        arrived.stream()
                .limit(MOST_LINKS)
                .forEach(execId -> builder.addLink(
                        Span.fromContext(Tracing.attempt(lifetimeId, execId)).getSpanContext()));
        Span span = Tracing.beginAttempt(builder, lifetimeId, headers.getExecId());
        if (isError(headers.getStatus())) {
            span.setStatus(StatusCode.ERROR, error.getCode()).setAttribute("error.type", error.getCode());
        }
        span.end(startedAt.plusNanos(attempt.times().elapsedNanos()));
        return Tracing.attempt(lifetimeId, headers.getExecId());
    }

    private static String status(ExecutionStatus status) {
        return status.name().replace("EXECUTION_STATUS_", "").toLowerCase(Locale.ROOT);
    }

    /** That nobody needs it any more is no fault of it. */
    private static boolean isError(ExecutionStatus status) {
        return switch (status) {
            case EXECUTION_STATUS_FAILED, EXECUTION_STATUS_TIMED_OUT -> true;
            case EXECUTION_STATUS_SUCCEEDED, EXECUTION_STATUS_CANCELLED, EXECUTION_STATUS_UNSPECIFIED, UNRECOGNIZED ->
                false;
        };
    }
}
