package io.ticktock.executor;

import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.Payload;
import io.ticktock.sdk.Value;

/** The values behind references to blobs. Attempts that follow the same reference share one value and its content. */
final class BlobValues {

    private static final int ENVELOPE_BYTES = 500;
    private static final int BYTES_PER_BYTE = 8;

    private final BlobClient blobs;
    private final RecentlyUsed<Key, Key, BlobValue> values;

    private record Key(String uri, String mediaType) {}

    /** A value, and what has to be read before it can be looked at. */
    record BlobValue(Value value, BlobContent content) {

        private int weightBytes() {
            return (int) Math.min(ENVELOPE_BYTES + BYTES_PER_BYTE * content.sizeBytes(), Integer.MAX_VALUE);
        }
    }

    BlobValues(BlobClient blobs, long cacheBytes) {
        this.blobs = blobs;
        this.values = new RecentlyUsed<>(cacheBytes, BlobValue::weightBytes, key -> key);
    }

    /** The value of a payload that is a reference; nothing is read yet. */
    BlobValue of(String tenantId, Payload payload) {
        // The tenant is part of the uri, and the data plane checks that it is the reader's own.
        Key key = new Key(tenantId + " " + payload.getBlob().getUri(), payload.getMediaType());
        BlobValue known = values.get(key);
        if (known != null) {
            return known;
        }
        BlobReference blob = payload.getBlob();
        BlobContent content = new BlobContent(blob.getSizeBytes(), () -> blobs.read(tenantId, blob));
        Value value = Value.of(payload, content::bytes, () -> new BlobInputStream(blobs, tenantId, blob));
        BlobValue made = new BlobValue(value, content);
        values.put(key, made);
        return made;
    }
}
