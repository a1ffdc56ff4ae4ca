package io.ticktock.blob;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** The requests that a {@link S3BlobStore} sends. Futures fail with what the SDK throws. */
final class S3Bucket {

    /** A server needs time to copy a large object, and says nothing until it has. */
    private static final Duration COPY_TIMEOUT = Duration.ofSeconds(150);

    private static final int THREADS = 4;
    private static final int NOT_FOUND = 404;
    private static final int NO_SUCH_RANGE = 416;

    private final Vertx vertx;
    private final S3Configuration configuration;

    private WorkerExecutor workers;
    private Optional<S3Client> client = Optional.empty();

    S3Bucket(Vertx vertx, S3Configuration configuration) {
        this.vertx = vertx;
        this.configuration = configuration;
    }

    /** Finds credentials and region, which may take questions to the machine's surroundings. */
    Future<Void> connect() {
        // Made here, it belongs to the verticle that starts the store, and outlives the verticle's stop.
        workers = vertx.createSharedWorkerExecutor("blob", THREADS);
        return work(() -> {
            client = Optional.of(S3Client.connect(configuration));
            return null;
        });
    }

    Future<Void> close() {
        return this.<Void>work(() -> {
                    client.ifPresent(S3Client::close);
                    return null;
                })
                .eventually(workers::close);
    }

    /** Runs what takes a while on a thread for that. */
    <T> Future<T> work(Callable<T> work) {
        return workers.executeBlocking(work, false);
    }

    /** A whole object in one step; the server refuses it when it did not receive what has this hash. */
    Future<Void> put(String key, ByteString content, byte[] sha256) {
        return request(s3 -> s3.putObject(
                        put -> put.bucket(configuration.bucket())
                                .key(key)
                                .checksumSHA256(base64(sha256))
                                .serverSideEncryption(encryption())
                                .ssekmsKeyId(kmsKey()),
                        body(content)))
                .mapEmpty();
    }

    /** Part of an object and the size of all of it; nothing but the size when the part begins at the end or behind. */
    Future<BlobRange> get(String key, long offset, int length) {
        if (offset >= S3Configuration.MAX_BLOB_BYTES) {
            return sizeOnly(key);
        }
        long last = offset + length - 1;
        return request(s3 -> s3.getObject(
                        get -> get.bucket(configuration.bucket()).key(key).range("bytes=" + offset + "-" + last),
                        AsyncResponseTransformer.<GetObjectResponse>toBytes()))
                .map(bytes -> new BlobRange(
                        UnsafeByteOperations.unsafeWrap(bytes.asByteArrayUnsafe()), sizeBytes(bytes.response())))
                .recover(cause -> hasStatus(cause, NO_SUCH_RANGE) ? sizeOnly(key) : Future.failedFuture(cause));
    }

    Future<Optional<HeadObjectResponse>> head(String key) {
        return request(s3 -> s3.headObject(
                        head -> head.bucket(configuration.bucket()).key(key)))
                .map(Optional::of)
                .recover(cause -> hasStatus(cause, NOT_FOUND)
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(cause));
    }

    Future<Void> delete(String key) {
        return request(s3 -> s3.deleteObject(
                        delete -> delete.bucket(configuration.bucket()).key(key)))
                .mapEmpty();
    }

    /** As {@link #delete}, given up after so long. */
    Future<Void> delete(String key, Duration timeout) {
        return request(s3 -> s3.deleteObject(delete -> delete.bucket(configuration.bucket())
                        .key(key)
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout))))
                .mapEmpty();
    }

    /** One page of the keys with this prefix, in their order, behind {@code after} when that is there. */
    Future<ListObjectsV2Response> list(String prefix, Optional<String> after, int limit) {
        return request(s3 -> s3.listObjectsV2(list -> list.bucket(configuration.bucket())
                .prefix(prefix)
                .startAfter(after.orElse(null))
                .maxKeys(limit)));
    }

    Future<S3Parts> startParts(String key) {
        return request(s3 -> s3.createMultipartUpload(create -> create.bucket(configuration.bucket())
                        .key(key)
                        .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                        .serverSideEncryption(encryption())
                        .ssekmsKeyId(kmsKey())))
                .map(created -> new S3Parts(this, key, created.uploadId()));
    }

    Future<CompletedPart> putPart(String key, String uploadId, int number, ByteString content) {
        return work(() -> base64(hash(content)))
                .compose(checksum -> request(s3 -> s3.uploadPart(
                                part -> part.bucket(configuration.bucket())
                                        .key(key)
                                        .uploadId(uploadId)
                                        .partNumber(number)
                                        .checksumSHA256(checksum),
                                body(content)))
                        .map(stored -> CompletedPart.builder()
                                .partNumber(number)
                                .eTag(stored.eTag())
                                .checksumSHA256(checksum)
                                .build()));
    }

    Future<Void> completeParts(String key, String uploadId, List<CompletedPart> parts) {
        return request(s3 -> s3.completeMultipartUpload(complete -> complete.bucket(configuration.bucket())
                        .key(key)
                        .uploadId(uploadId)
                        .multipartUpload(whole -> whole.parts(parts))))
                .mapEmpty();
    }

    Future<Void> abortParts(String key, String uploadId) {
        return request(s3 -> s3.abortMultipartUpload(
                        abort -> abort.bucket(configuration.bucket()).key(key).uploadId(uploadId)))
                .mapEmpty();
    }

    Future<ListMultipartUploadsResponse> listParts(String prefix, Optional<ListMultipartUploadsResponse> before) {
        return request(s3 -> s3.listMultipartUploads(list -> list.bucket(configuration.bucket())
                .prefix(prefix)
                .keyMarker(
                        before.map(ListMultipartUploadsResponse::nextKeyMarker).orElse(null))
                .uploadIdMarker(before.map(ListMultipartUploadsResponse::nextUploadIdMarker)
                        .orElse(null))));
    }

    /** Gives an object a second key, in one step. Answers the hash of what is there now, from a server that says it. */
    Future<Optional<byte[]>> copy(String from, String to) {
        return request(s3 -> s3.copyObject(copy -> copy.sourceBucket(configuration.bucket())
                        .sourceKey(from)
                        .destinationBucket(configuration.bucket())
                        .destinationKey(to)
                        .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                        .serverSideEncryption(encryption())
                        .ssekmsKeyId(kmsKey())
                        .overrideConfiguration(
                                call -> call.apiCallTimeout(COPY_TIMEOUT).apiCallAttemptTimeout(COPY_TIMEOUT))))
                .map(copied -> Optional.ofNullable(copied.copyObjectResult().checksumSHA256())
                        .filter(checksum -> !checksum.contains("-"))
                        .map(Base64.getDecoder()::decode));
    }

    static byte[] hash(ByteString content) {
        MessageDigest digest = Sha256.start();
        content.asReadOnlyByteBufferList().forEach(digest::update);
        return digest.digest();
    }

    static boolean hasStatus(Throwable cause, int status) {
        return cause instanceof S3Exception refused && refused.statusCode() == status;
    }

    private Future<BlobRange> sizeOnly(String key) {
        return head(key)
                .map(found -> found.orElseThrow(BlobStore::noSuchBlob))
                .map(found -> new BlobRange(ByteString.EMPTY, found.contentLength()));
    }

    /** Signing takes a while too, and the first request of a kind loads many classes. */
    private <T> Future<T> request(Function<S3AsyncClient, CompletableFuture<T>> request) {
        Context context = vertx.getOrCreateContext();
        return work(() -> request.apply(client.orElseThrow().requests()))
                .compose(answer -> Future.fromCompletionStage(answer, context))
                .recover(cause -> Future.failedFuture(unwrapped(cause)));
    }

    private static Throwable unwrapped(Throwable cause) {
        return cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
    }

    /** Behind the slash of {@code bytes 0-9/100}. */
    private static long sizeBytes(GetObjectResponse part) {
        String range = part.contentRange();
        return range == null ? part.contentLength() : Long.parseLong(range.substring(range.indexOf('/') + 1));
    }

    private static AsyncRequestBody body(ByteString content) {
        return AsyncRequestBody.fromRemainingByteBuffersUnsafe(
                content.asReadOnlyByteBufferList().toArray(ByteBuffer[]::new));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private ServerSideEncryption encryption() {
        return configuration.kmsKeyId().isPresent() ? ServerSideEncryption.AWS_KMS : null;
    }

    private String kmsKey() {
        return configuration.kmsKeyId().orElse(null);
    }
}
