package io.ticktock.api.operation;

import static io.ticktock.api.operation.Operation.OPERATORS;
import static io.ticktock.api.operation.Operation.changing;
import static io.ticktock.api.operation.Operation.reading;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.Message;
import io.ticktock.api.access.Caller;
import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.AbandonBlobRequest;
import io.ticktock.proto.v1.AbandonBlobResponse;
import io.ticktock.proto.v1.CommitBlobRequest;
import io.ticktock.proto.v1.CommitBlobResponse;
import io.ticktock.proto.v1.OpenBlobRequest;
import io.ticktock.proto.v1.OpenBlobResponse;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.ReadBlobResponse;
import io.ticktock.proto.v1.WriteBlobRequest;
import io.ticktock.proto.v1.WriteBlobResponse;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;

/** Reads blobs, and takes those that are inputs and answers. For one event loop. */
public final class BlobOperations {

    /** An upload is noted when it begins. */
    private static final String NOT_NOTED = "";

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final String PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789_-";

    private static final int MOST_UPLOADS = 1_000;
    private static final int MOST_UPLOADS_OF_TENANT = 16;
    /** Longer than an upload is kept without being used. */
    private static final Duration LONGEST_UPLOAD_PAUSE = Duration.ofHours(1);

    private final Bus bus;

    /** Whose the uploads are: the blob store tells them by their id alone. */
    private final Cache<String, String> tenantOfUpload = Caffeine.newBuilder()
            .expireAfterAccess(LONGEST_UPLOAD_PAUSE)
            .maximumSize(MOST_UPLOADS)
            .build();

    public final Operation<OpenBlobRequest, OpenBlobResponse> open;
    public final Operation<WriteBlobRequest, WriteBlobResponse> write;
    public final Operation<CommitBlobRequest, CommitBlobResponse> commit;
    public final Operation<AbandonBlobRequest, AbandonBlobResponse> abandon;

    /** Of the caller's blob with this SHA-256: that alone stands in the request's uri. */
    public final Operation<ReadBlobRequest, ReadBlobResponse> read;

    public BlobOperations(Bus bus) {
        this.bus = bus;
        this.read = reading("blobs.read", this::read);
        this.open = changing("blobs.open", OPERATORS, request -> "blobs", this::open);
        this.write = changing(
                "blobs.write",
                OPERATORS,
                request -> NOT_NOTED,
                (caller, request) -> ofOwn(caller, request.getUploadId(), Addresses.BLOB_WRITE, request));
        this.commit = changing(
                "blobs.commit",
                OPERATORS,
                request -> NOT_NOTED,
                (caller, request) -> ofOwn(caller, request.getUploadId(), Addresses.BLOB_COMMIT, request)
                        .onSuccess(committed -> tenantOfUpload.invalidate(request.getUploadId())));
        this.abandon = changing(
                "blobs.abandon",
                OPERATORS,
                request -> NOT_NOTED,
                (caller, request) -> ofOwn(caller, request.getUploadId(), Addresses.BLOB_ABANDON, request)
                        .onSuccess(abandoned -> tenantOfUpload.invalidate(request.getUploadId())));
    }

    private Future<OpenBlobResponse> open(Caller caller, OpenBlobRequest request) {
        long own = tenantOfUpload.asMap().values().stream()
                .filter(caller.tenantId()::equals)
                .count();
        if (own >= MOST_UPLOADS_OF_TENANT) {
            return Future.failedFuture(new Failure(
                    FailureCode.OVERLOADED,
                    own + " uploads of the tenant are in progress, and no more than that may be; try again later"));
        }
        return bus.request(Addresses.BLOB_OPEN, request)
                .onSuccess(opened -> tenantOfUpload.put(opened.getUploadId(), caller.tenantId()));
    }

    /** Another tenant's upload is as if it were not there. */
    private <Q extends Message, R extends Message> Future<R> ofOwn(
            Caller caller, String uploadId, Address<Q, R> address, Q request) {
        return caller.tenantId().equals(tenantOfUpload.getIfPresent(uploadId))
                ? bus.request(address.at(uploadId), request)
                : Future.failedFuture(new Failure(
                        FailureCode.NOT_FOUND, "there is no such upload; it may have ended, and begins again then"));
    }

    private Future<ReadBlobResponse> read(Caller caller, ReadBlobRequest request) {
        if (!HASH.matcher(request.getUri()).matches()) {
            return Future.failedFuture(new Failure(FailureCode.NOT_FOUND, "there is no such blob"));
        }
        ReadBlobRequest own = request.toBuilder()
                .setUri(uri(caller.tenantId(), request.getUri()))
                .build();
        return bus.request(Addresses.BLOB_READ, own);
    }

    /** Of the tenant's blob with this SHA-256. */
    static String uri(String tenantId, String sha256) {
        return "blob:" + encoded(tenantId) + "/" + sha256;
    }

    /** As a tenant stands in the uri of a blob. */
    private static String encoded(String tenantId) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : tenantId.getBytes(StandardCharsets.UTF_8)) {
            if (PLAIN.indexOf(each) >= 0) {
                encoded.append((char) each);
            } else {
                encoded.append("%%%02x".formatted(each & 0xff));
            }
        }
        return encoded.toString();
    }
}
