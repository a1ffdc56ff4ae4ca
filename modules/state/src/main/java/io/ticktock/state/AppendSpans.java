package io.ticktock.state;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.ticktock.bus.Failure;
import io.ticktock.bus.trace.Tracing;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Supplier;

/** Tells of appended records in the trace that the bus brought with them, which is that of the attempt. */
final class AppendSpans {

    private final Tracing tracing;

    AppendSpans(Tracing tracing) {
        this.tracing = tracing;
    }

    <R> Future<R> told(Supplier<Future<R>> append) {
        if (!tracing.isOn()) {
            return append.get();
        }
        Context attempt = Context.current();
        if (!Span.fromContext(attempt).getSpanContext().isSampled()) {
            return append.get();
        }
        Instant startedAt = Instant.now();
        return append.get()
                .onSuccess(appended -> begin(attempt, startedAt).end())
                .onFailure(cause -> fail(begin(attempt, startedAt), Failure.of(cause)));
    }

    private Span begin(Context attempt, Instant startedAt) {
        return tracing.span("append record", attempt, startedAt).startSpan();
    }

    private static void fail(Span span, Failure failure) {
        String code = failure.code().name().toLowerCase(Locale.ROOT);
        span.setStatus(StatusCode.ERROR, code).setAttribute("error.type", code).end();
    }
}
