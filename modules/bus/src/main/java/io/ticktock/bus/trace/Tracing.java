package io.ticktock.bus.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where modules tell what was done for a lifetime, once it is done: a span is made when it ends, so that nothing is held
 * while attempts run or lifetimes wait.
 */
public final class Tracing {

    /** Nothing is traced; whoever asks {@link #isOn} first spends nothing on it. */
    public static final Tracing OFF = new Tracing(OpenTelemetry.noop().getTracer("ticktock"), 0, false);

    /** The ids of the span that is being made on this thread, where it is not to have random ones. */
    private static final ThreadLocal<SpanContext> GIVEN = new ThreadLocal<>();

    private final Tracer tracer;
    private final double ratio;
    private final boolean on;

    private Tracing(Tracer tracer, double ratio, boolean on) {
        this.tracer = tracer;
        this.ratio = ratio;
        this.on = on;
    }

    /**
     * @param tracer whose ids are {@link #given} where there are such
     * @param ratio part of lifetimes that is traced, 0 to 1
     */
    public static Tracing with(Tracer tracer, double ratio) {
        return new Tracing(tracer, ratio, true);
    }

    public boolean isOn() {
        return on;
    }

    /** Whether this lifetime is among those that are traced: all processes say the same. */
    public boolean follows(String lifetimeId) {
        return on && Sampling.takes(TraceIds.trace(lifetimeId), ratio);
    }

    /** A span of the lifetime itself, for what is done for it. */
    public static Context lifetime(String lifetimeId) {
        return parent(TraceIds.trace(lifetimeId), TraceIds.lifetimeSpan(lifetimeId));
    }

    /** The span of an attempt, for what is done about it. */
    public static Context attempt(String lifetimeId, String execId) {
        return parent(TraceIds.trace(lifetimeId), TraceIds.attemptSpan(execId));
    }

    /** For whoever works for an attempt outside, as W3C's header {@code traceparent}; empty when it is not traced. */
    public Optional<String> attemptHeader(String lifetimeId, String execId) {
        return follows(lifetimeId) ? Optional.of(TraceParent.write(attempt(lifetimeId, execId))) : Optional.empty();
    }

    private static Context parent(String traceId, String spanId) {
        return Context.root().with(Span.wrap(context(traceId, spanId)));
    }

    private static SpanContext context(String traceId, String spanId) {
        return SpanContext.createFromRemoteParent(traceId, spanId, TraceFlags.getSampled(), TraceState.getDefault());
    }

    /** Does this, on this thread, as part of what the context is of. */
    public static <T> T within(Context context, Supplier<T> work) {
        Scope scope = context.makeCurrent();
        try {
            return work.get();
        } finally {
            scope.close();
        }
    }

    /** A span that gets ids of its own. */
    public SpanBuilder span(String name, Context parent, Instant startedAt) {
        return tracer.spanBuilder(name).setParent(parent).setStartTimestamp(startedAt);
    }

    /** A span that begins now, for requests from outside. */
    public SpanBuilder span(String name, Context parent) {
        return tracer.spanBuilder(name).setParent(parent);
    }

    /** Begins the span that stands for the whole lifetime. */
    public static Span beginLifetime(SpanBuilder span, String lifetimeId) {
        return begin(span, context(TraceIds.trace(lifetimeId), TraceIds.lifetimeSpan(lifetimeId)));
    }

    /** Begins the span that stands for an attempt. */
    public static Span beginAttempt(SpanBuilder span, String lifetimeId, String execId) {
        return begin(span, context(TraceIds.trace(lifetimeId), TraceIds.attemptSpan(execId)));
    }

    private static Span begin(SpanBuilder span, SpanContext ids) {
        GIVEN.set(ids);
        try {
            return span.startSpan();
        } finally {
            GIVEN.remove();
        }
    }

    /** The ids for the span that is being made, else null; for the generator of ids. */
    public static SpanContext given() {
        return GIVEN.get();
    }
}
