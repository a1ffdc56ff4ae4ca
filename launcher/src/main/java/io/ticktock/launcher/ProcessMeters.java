package io.ticktock.launcher;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.Supplier;

/** Where the modules of a process count what they do, and how that is shown. */
final class ProcessMeters implements AutoCloseable {

    private final MeterRegistry registry;
    private final Supplier<String> exposition;
    /** Listens to the garbage collector; null where nobody looks. */
    private final JvmGcMetrics collections;

    private ProcessMeters(MeterRegistry registry, Supplier<String> exposition, JvmGcMetrics collections) {
        this.registry = registry;
        this.exposition = exposition;
        this.collections = collections;
    }

    /** Without a port nobody can look at them: nothing is counted, and counting costs nothing. */
    static ProcessMeters unseen() {
        return new ProcessMeters(new CompositeMeterRegistry(), () -> "", null);
    }

    /** For Prometheus, with those of the Java runtime. */
    static ProcessMeters exposed() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        JvmGcMetrics collections = new JvmGcMetrics();
        collections.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        return new ProcessMeters(registry, registry::scrape, collections);
    }

    MeterRegistry registry() {
        return registry;
    }

    /** All of them in Prometheus's text format; takes some milliseconds. */
    Supplier<String> exposition() {
        return exposition;
    }

    @Override
    public void close() {
        if (collections != null) {
            collections.close();
        }
        registry.close();
    }
}
