package io.ticktock.blob;

import com.google.protobuf.ByteString;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** An object on its way into the bucket in parts, of which nothing is visible before it is complete. */
final class S3Parts {

    private final S3Bucket bucket;
    private final String key;
    private final String uploadId;
    private final List<CompletedPart> parts = new ArrayList<>();

    private boolean isComplete;

    S3Parts(S3Bucket bucket, String key, String uploadId) {
        this.bucket = bucket;
        this.key = key;
        this.uploadId = uploadId;
    }

    String key() {
        return key;
    }

    int count() {
        return parts.size();
    }

    Future<Void> add(ByteString content) {
        return bucket.putPart(key, uploadId, parts.size() + 1, content)
                .onSuccess(parts::add)
                .mapEmpty();
    }

    /** Forgets the parts behind the first so many; the next ones take their place. */
    void backTo(int count) {
        parts.subList(count, parts.size()).clear();
    }

    Future<Void> complete() {
        return bucket.completeParts(key, uploadId, parts).onSuccess(done -> isComplete = true);
    }

    /** Also when it is unknown whether it was completed: both are tried then. */
    Future<Void> remove() {
        return isComplete
                ? bucket.delete(key)
                : bucket.abortParts(key, uploadId).eventually(() -> bucket.delete(key));
    }
}
