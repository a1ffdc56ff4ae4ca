package io.ticktock.blob;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.OpenBlobRequest;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.ReadBlobResponse;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one store to all tenants: knows the uploads in progress, bounds what is under way, and keeps tenants apart.
 * Used on one event loop.
 */
public final class BlobManager {

    /** Largest chunk of a write and longest range of a read. */
    public static final int MAX_CHUNK_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(BlobManager.class);
    private static final Pattern MEDIA_TYPE = Pattern.compile("[\\x20-\\x7e]{0,255}");

    private final BlobStore store;
    private final BlobConfiguration configuration;
    private final InstantSource clock;
    private final BlobMeters meters;
    private final Map<String, Upload> uploads = new LinkedHashMap<>();

    private int opening;
    private int reading;

    /** The store must have been started. */
    BlobManager(BlobStore store, BlobConfiguration configuration, InstantSource clock, BlobMeters meters) {
        this.store = store;
        this.configuration = configuration;
        this.clock = clock;
        this.meters = meters;
    }

    int uploads() {
        return uploads.size();
    }

    int reads() {
        return reading;
    }

    /** Starts an upload, or fails with OVERLOADED when too many are in progress. */
    public Future<Upload> open(OpenBlobRequest request) {
        TenantName tenant = TenantName.of(request.getTenantId());
        if (!MEDIA_TYPE.matcher(request.getMediaType()).matches()) {
            return refuse(FailureCode.INVALID_ARGUMENT, "media_type must be at most 255 printable ASCII characters");
        }
        if (!makeRoom()) {
            meters.refused();
            return refuse(
                    FailureCode.OVERLOADED,
                    configuration.maxUploads() + " uploads are in progress (blob.max_uploads); try again later");
        }
        opening++;
        return store.upload(tenant)
                .onComplete(ignored -> opening--)
                .map(target -> register(target, request.getMediaType()));
    }

    /** Reads a range of a blob. Another tenant's blob gets the answer of one that is not there. */
    public Future<ReadBlobResponse> read(ReadBlobRequest request) {
        BlobUri uri = BlobUri.parse(request.getUri());
        if (request.getOffset() < 0 || request.getLength() < 1 || request.getLength() > MAX_CHUNK_BYTES) {
            return refuse(
                    FailureCode.INVALID_ARGUMENT,
                    "offset must be at least 0 and length 1 to " + MAX_CHUNK_BYTES + " bytes");
        }
        if (reading == configuration.maxReads()) {
            meters.refused();
            return refuse(
                    FailureCode.OVERLOADED,
                    configuration.maxReads() + " reads are under way (blob.max_reads); try again later");
        }
        if (!uri.tenant().equals(TenantName.of(request.getTenantId()))) {
            return Future.failedFuture(BlobStore.noSuchBlob());
        }
        reading++;
        return store.read(uri, request.getOffset(), request.getLength())
                .onComplete(ignored -> reading--)
                .map(this::response);
    }

    /** Ends the uploads that nobody has used for too long. */
    public void expireIdle() {
        Instant limit = clock.instant().minus(configuration.uploadIdle());
        for (Upload upload : List.copyOf(uploads.values())) {
            if (upload.isIdleSince(limit)) {
                close(upload);
            }
        }
    }

    /** Ends every upload. */
    public Future<Void> close() {
        List<Future<Void>> closing =
                List.copyOf(uploads.values()).stream().map(Upload::close).toList();
        return Future.join(closing).mapEmpty();
    }

    /** A committed upload is remembered only as long as its place is not needed. */
    private boolean makeRoom() {
        if (uploads.size() + opening < configuration.maxUploads()) {
            return true;
        }
        Optional<Upload> oldest =
                uploads.values().stream().filter(Upload::isCommitted).findFirst();
        oldest.ifPresent(BlobManager::close);
        return oldest.isPresent();
    }

    private Upload register(BlobUpload target, String mediaType) {
        Upload upload = new Upload(target, mediaType, configuration.maxBlobBytes(), clock);
        uploads.put(upload.id(), upload);
        upload.closed().onComplete(ignored -> uploads.remove(upload.id()));
        return upload;
    }

    private static void close(Upload upload) {
        upload.close().onFailure(cause -> LOG.warn("An upload's file stays until the next start", cause));
    }

    private ReadBlobResponse response(BlobRange range) {
        meters.read(range.bytes().size());
        return ReadBlobResponse.newBuilder()
                .setChunk(range.bytes())
                .setSizeBytes(range.blobSizeBytes())
                .build();
    }

    private static <T> Future<T> refuse(FailureCode code, String message) {
        return Future.failedFuture(new Failure(code, message));
    }
}
