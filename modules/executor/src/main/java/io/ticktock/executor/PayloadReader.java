package io.ticktock.executor;

import io.ticktock.executor.BlobValues.BlobValue;
import io.ticktock.proto.v1.Payload;
import io.ticktock.sdk.Value;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** Reads payloads that reach an attempt from outside its graph, such as an answer or the output of a child. */
final class PayloadReader {

    private final BlobValues blobs;
    private final Repeater repeater;
    private final int maxInputBytes;

    PayloadReader(BlobValues blobs, Repeater repeater, int maxInputBytes) {
        this.blobs = blobs;
        this.repeater = repeater;
        this.maxInputBytes = maxInputBytes;
    }

    /** Their values; those in the blob store are left unread when they are too large together. */
    Future<List<Value>> read(String tenantId, List<Payload> payloads) {
        List<Value> values = new ArrayList<>(payloads.size());
        List<BlobContent> contents = new ArrayList<>();
        for (Payload payload : payloads) {
            if (payload.hasBlob()) {
                BlobValue blob = blobs.of(tenantId, payload);
                values.add(blob.value());
                contents.add(blob.content());
            } else {
                values.add(Value.of(payload));
            }
        }
        if (contents.stream().mapToLong(BlobContent::sizeBytes).sum() > maxInputBytes) {
            return Future.succeededFuture(values);
        }
        return repeater.repeat(() -> BlobContent.readAll(contents), () -> true).map(values);
    }
}
