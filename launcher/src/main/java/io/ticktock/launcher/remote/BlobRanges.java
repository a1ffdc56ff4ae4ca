package io.ticktock.launcher.remote;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.ReadBlobResponse;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.util.concurrent.TimeUnit;

/** Reads blobs, a range at a time. */
final class BlobRanges {

    private static final int OK = 200;
    private static final int PARTIAL_CONTENT = 206;
    private static final long LONGEST_RANGE_MS = 30_000;

    private final HttpClient client;
    private final ServerAccess access;
    private final ServerFailures failures;

    BlobRanges(HttpClient client, ServerAccess access, ServerFailures failures) {
        this.client = client;
        this.access = access;
        this.failures = failures;
    }

    /** The hash is the last part of a blob's uri; whose blob it is, the key says. */
    Future<ReadBlobResponse> read(ReadBlobRequest request) {
        String hash = request.getUri().substring(request.getUri().lastIndexOf('/') + 1);
        long last = request.getOffset() + request.getLength() - 1;
        return client.request(HttpMethod.GET, "/v1/blobs/" + hash)
                .compose(call -> {
                    access.key().ifPresent(key -> call.putHeader("Authorization", "Bearer " + key));
                    call.putHeader("Range", "bytes=" + request.getOffset() + "-" + last);
                    return call.send().compose(response -> range(response, request.getLength()));
                })
                .timeout(LONGEST_RANGE_MS, TimeUnit.MILLISECONDS)
                .recover(cause -> Future.failedFuture(failures.of(cause)));
    }

    private Future<ReadBlobResponse> range(HttpClientResponse response, int length) {
        if (response.statusCode() != PARTIAL_CONTENT && response.statusCode() != OK) {
            return Future.failedFuture(failures.ofHttp(response.statusCode(), "a blob"));
        }
        return response.body().map(body -> {
            ByteString chunk = UnsafeByteOperations.unsafeWrap(body.getBytes());
            if (chunk.size() > length) {
                throw new Failure(FailureCode.INTERNAL, access + " answered with more of a blob than was asked for");
            }
            return ReadBlobResponse.newBuilder().setChunk(chunk).build();
        });
    }

    Future<Void> close() {
        return client.close();
    }
}
