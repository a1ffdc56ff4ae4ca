package io.ticktock.blob;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.IntSupplier;

/** What the blob store counts. Nothing of it is of a tenant. */
final class BlobMeters {

    private final MeterRegistry registry;
    private final Counter written;
    private final Counter read;
    private final Counter refused;
    private final Counter removed;

    BlobMeters(MeterRegistry registry) {
        this.registry = registry;
        this.written = bytes("ticktock.blob.written", "Bytes of uploads that were taken.");
        this.read = bytes("ticktock.blob.read", "Bytes of blobs that were read.");
        this.refused = counter("ticktock.blob.refused", "Uploads and reads that were refused for want of room.");
        this.removed = counter("ticktock.blob.removed", "Blobs that were removed, since no record refers to them.");
    }

    private Counter bytes(String name, String description) {
        return Counter.builder(name).description(description).baseUnit("bytes").register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    void watch(BlobManager manager) {
        gauge("ticktock.blob.uploads", "Uploads in progress.", manager::uploads);
        gauge("ticktock.blob.reads", "Reads under way.", manager::reads);
    }

    private void gauge(String name, String description, IntSupplier value) {
        Gauge.builder(name, value, IntSupplier::getAsInt)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    void written(int bytes) {
        written.increment(bytes);
    }

    void read(int bytes) {
        read.increment(bytes);
    }

    void refused() {
        refused.increment();
    }

    void removed(int blobs) {
        removed.increment(blobs);
    }
}
