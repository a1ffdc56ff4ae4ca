package io.ticktock.launcher;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.ticktock.bus.trace.Tracing;

/** Random ids, except for the spans whose ids follow from what they stand for. */
final class SpanIds implements IdGenerator {

    private final IdGenerator random = IdGenerator.random();

    @Override
    public String generateSpanId() {
        SpanContext given = Tracing.given();
        return given == null ? random.generateSpanId() : given.getSpanId();
    }

    @Override
    public String generateTraceId() {
        SpanContext given = Tracing.given();
        return given == null ? random.generateTraceId() : given.getTraceId();
    }
}
