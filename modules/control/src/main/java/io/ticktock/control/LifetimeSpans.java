package io.ticktock.control;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.trace.GenAiAttributes;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/**
 * Tells of lifetimes in their traces: how they began, what was decided, and, when one has ended, the span of the whole,
 * under which all others are.
 */
final class LifetimeSpans {

    private static final int MOST_LINKS = 32;

    private final Tracing tracing;
    private final InstantSource clock;

    LifetimeSpans(Tracing tracing, InstantSource clock) {
        this.tracing = tracing;
        this.clock = clock;
    }

    /** Who asked for something, in what trace, and when. */
    record Asked(SpanContext by, Instant at) {}

    /** Called while the request is taken; null when nothing is traced. */
    Asked asked() {
        return tracing.isOn() ? new Asked(Span.current().getSpanContext(), clock.instant()) : null;
    }

    /** The request has a trace of its own, or that of its caller: it is linked to. */
    void started(LifetimeState state, Asked asked) {
        if (!tracing.follows(state.lifetimeId())) {
            return;
        }
        SpanBuilder start = identified(state, "start lifetime", Tracing.lifetime(state.lifetimeId()), asked.at());
        if (asked.by().isValid()) {
            start.addLink(asked.by());
        }
        start.startSpan().end();
    }

    /** A decision is about the attempt whose record it is the first to accept; about the lifetime if it accepts none. */
    void decided(LifetimeState state, Decision decision, Instant takenUpAt) {
        if (decision.changesNothing() || !tracing.follows(state.lifetimeId())) {
            return;
        }
        String lifetimeId = state.lifetimeId();
        List<String> accepted = decision.accepted();
        Context about =
                accepted.isEmpty() ? Tracing.lifetime(lifetimeId) : Tracing.attempt(lifetimeId, accepted.get(0));
        SpanBuilder span = identified(state, "decide", about, takenUpAt)
                .setAttribute("ticktock.accepted", accepted.size())
                .setAttribute("ticktock.events", decision.events().size());
        accepted.stream()
                .skip(1)
                .limit(MOST_LINKS)
                .forEach(execId -> span.addLink(
                        Span.fromContext(Tracing.attempt(lifetimeId, execId)).getSpanContext()));
        span.startSpan().end();
    }

    void ended(LifetimeState state) {
        if (!tracing.follows(state.lifetimeId())) {
            return;
        }
        AgentLifetime head = state.head();
        SpanBuilder builder = identified(
                        state,
                        "lifetime " + head.getGraph().getName(),
                        Context.root(),
                        ProtoTime.instant(head.getCreatedAt()))
                .setAllAttributes(GenAiAttributes.of(head.getGraph(), head.getTotals()))
                .setAttribute("ticktock.status", word(head.getStatus()));
        if (!head.getParentExecId().isEmpty()) {
            builder.addLink(Span.fromContext(Tracing.attempt(head.getParentLifetimeId(), head.getParentExecId()))
                    .getSpanContext());
        }
        Span span = Tracing.beginLifetime(builder, head.getLifetimeId());
        if (head.getStatus() == LifetimeStatus.LIFETIME_STATUS_FAILED) {
            String code = head.getReason().split(":", 2)[0];
            span.setStatus(StatusCode.ERROR, code).setAttribute("error.type", code);
        }
        span.end(ProtoTime.instant(head.getEndedAt()));
    }

    private SpanBuilder identified(LifetimeState state, String name, Context parent, Instant startedAt) {
        return tracing.span(name, parent, startedAt)
                .setAttribute("ticktock.tenant_id", state.tenantId())
                .setAttribute("ticktock.lifetime_id", state.lifetimeId());
    }

    private static String word(LifetimeStatus status) {
        return status.name().replace("LIFETIME_STATUS_", "").toLowerCase(Locale.ROOT);
    }
}
