package io.ticktock.api.operation;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.vertx.core.Future;
import java.util.HexFormat;

/**
 * Holds references to blobs that come from outside against what is stored: by the size that they tell, what a tenant has
 * stored is counted, and memory is taken.
 */
final class GivenBlobs {

    private static final int HASH_BYTES = 32;
    private static final HexFormat HEX = HexFormat.of();

    private final Bus bus;

    GivenBlobs(Bus bus) {
        this.bus = bus;
    }

    /** Fails as INVALID_ARGUMENT where the value is a reference that no upload of the tenant's was answered with. */
    Future<Void> require(String tenantId, Payload given) {
        return given.hasBlob() ? require(tenantId, given.getBlob()) : Future.succeededFuture();
    }

    private Future<Void> require(String tenantId, BlobReference blob) {
        String uri = BlobOperations.uri(tenantId, HEX.formatHex(blob.getSha256().toByteArray()));
        if (blob.getSha256().size() != HASH_BYTES || !blob.getUri().equals(uri)) {
            return Future.failedFuture(wrong());
        }
        ReadBlobRequest firstByte = ReadBlobRequest.newBuilder()
                .setTenantId(tenantId)
                .setUri(uri)
                .setLength(1)
                .build();
        return bus.request(Addresses.BLOB_READ, firstByte)
                .recover(cause -> Future.failedFuture(Failure.is(cause, FailureCode.NOT_FOUND) ? wrong() : cause))
                .compose(found -> found.getSizeBytes() == blob.getSizeBytes()
                        ? Future.succeededFuture()
                        : Future.failedFuture(wrong()));
    }

    private static Failure wrong() {
        return new Failure(
                FailureCode.INVALID_ARGUMENT,
                "blob must be a reference as CommitBlob gave it, to a blob of the tenant's that is there");
    }
}
