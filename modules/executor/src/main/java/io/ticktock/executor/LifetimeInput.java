package io.ticktock.executor;

import io.ticktock.proto.v1.Payload;
import io.ticktock.sdk.Value;
import java.util.Optional;

/**
 * What a lifetime was started with.
 *
 * @param inline its value, kept here so that it is parsed once; empty when it is a blob
 */
record LifetimeInput(Payload payload, Optional<Value> inline) {

    private static final int ENVELOPE_BYTES = 500;
    private static final int BYTES_PER_BYTE = 8;

    static LifetimeInput of(Payload payload) {
        return new LifetimeInput(payload, payload.hasBlob() ? Optional.empty() : Optional.of(Value.of(payload)));
    }

    int weightBytes() {
        return (int) Math.min(
                ENVELOPE_BYTES + BYTES_PER_BYTE * (long) payload.getInline().size(), Integer.MAX_VALUE);
    }
}
