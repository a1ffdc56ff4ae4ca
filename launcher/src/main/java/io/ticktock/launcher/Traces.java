package io.ticktock.launcher;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.launcher.configuration.TelemetryConfiguration;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Sends spans to a collector over OTLP, if there is one. That it is away, or slow, costs spans and nothing else. */
final class Traces implements AutoCloseable {

    private static final String PATH = "/v1/traces";
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration SEND_EVERY = Duration.ofMillis(500);
    private static final int MOST_SENT_AT_ONCE = 512;
    private static final long LAST_FLUSH_MS = 3_000;

    private final Tracing tracing;
    private final Optional<SdkTracerProvider> provider;

    private Traces(Tracing tracing, Optional<SdkTracerProvider> provider) {
        this.tracing = tracing;
        this.provider = provider;
    }

    static Traces of(TelemetryConfiguration configuration) {
        if (configuration.otlpEndpoint().isEmpty()) {
            return new Traces(Tracing.OFF, Optional.empty());
        }
        bridgeLog();
        SdkTracerProvider provider =
                provider(configuration, configuration.otlpEndpoint().get());
        return new Traces(
                Tracing.with(provider.get("io.ticktock"), configuration.sampleRatio()), Optional.of(provider));
    }

    private static SdkTracerProvider provider(TelemetryConfiguration configuration, URI endpoint) {
        OtlpHttpSpanExporterBuilder exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(endpoint.toString().replaceAll("/+$", "") + PATH)
                .setTimeout(SEND_TIMEOUT)
                .setConnectTimeout(SEND_TIMEOUT);
        configuration.otlpHeaders().forEach(exporter::addHeader);
        BatchSpanProcessor processor = BatchSpanProcessor.builder(exporter.build())
                .setMaxQueueSize(configuration.maxQueuedSpans())
                .setMaxExportBatchSize(Math.min(MOST_SENT_AT_ONCE, configuration.maxQueuedSpans()))
                .setScheduleDelay(SEND_EVERY)
                .setExporterTimeout(SEND_TIMEOUT)
                .build();
        return SdkTracerProvider.builder()
                .setResource(Resource.getDefault().toBuilder()
                        .put(AttributeKey.stringKey("service.name"), "ticktock")
                        .build())
                .setIdGenerator(new SpanIds())
                .setSampler(Sampler.parentBased(new TraceSampler(configuration.sampleRatio())))
                .addSpanProcessor(processor)
                .build();
    }

    /** The exporter logs with what comes with Java. */
    private static void bridgeLog() {
        if (!SLF4JBridgeHandler.isInstalled()) {
            SLF4JBridgeHandler.removeHandlersForRootLogger();
            SLF4JBridgeHandler.install();
        }
    }

    Tracing tracing() {
        return tracing;
    }

    /** Sends what waits, if that can be done soon. */
    @Override
    public void close() {
        provider.ifPresent(open -> open.shutdown().join(LAST_FLUSH_MS, TimeUnit.MILLISECONDS));
    }
}
