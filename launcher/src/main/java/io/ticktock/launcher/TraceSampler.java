package io.ticktock.launcher;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import io.ticktock.bus.trace.Sampling;
import java.util.List;

/**
 * Takes a part of traces by their ids. The one that comes with OpenTelemetry looks at bits that are the same in all ids of
 * lifetimes.
 */
final class TraceSampler implements Sampler {

    private final double ratio;

    TraceSampler(double ratio) {
        this.ratio = ratio;
    }

    @Override
    public SamplingResult shouldSample(
            Context parent, String traceId, String name, SpanKind kind, Attributes attributes, List<LinkData> links) {
        return Sampling.takes(traceId, ratio) ? SamplingResult.recordAndSample() : SamplingResult.drop();
    }

    @Override
    public String getDescription() {
        return "TraceSampler{" + ratio + "}";
    }
}
