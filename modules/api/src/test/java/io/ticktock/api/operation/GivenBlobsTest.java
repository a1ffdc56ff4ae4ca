package io.ticktock.api.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.ReadBlobResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GivenBlobsTest {

    private static final ByteString HASH = ByteString.copyFrom(new byte[32]);
    private static final String STORED = "blob:acme/" + hex(HASH);
    private static final long SIZE = 5_000_000;

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final GivenBlobs blobs = new GivenBlobs(bus);

    @BeforeEach
    void store() throws Exception {
        result(bus.serve(Addresses.BLOB_READ, GivenBlobsTest::read));
    }

    @AfterEach
    void close() throws Exception {
        result(vertx.close());
    }

    private static Future<ReadBlobResponse> read(ReadBlobRequest request) {
        return request.getUri().equals(STORED)
                ? Future.succeededFuture(
                        ReadBlobResponse.newBuilder().setSizeBytes(SIZE).build())
                : Future.failedFuture(new Failure(FailureCode.NOT_FOUND, "no such blob"));
    }

    @Test
    void whatIsStoredMayBeGiven() throws Exception {
        assertNull(result(blobs.require("acme", of(reference()))));
        assertNull(result(blobs.require("acme", Payload.getDefaultInstance())));
        assertNull(result(blobs.require(
                "acme",
                Payload.newBuilder().setInline(ByteString.copyFromUtf8("1")).build())));
    }

    /** A size below 0 would give a tenant room that it does not have; one too large, in a sum with others, all of them none. */
    @Test
    void noOtherSizeIsBelieved() throws Exception {
        for (long size : new long[] {Long.MIN_VALUE, -1, 0, SIZE - 1, SIZE + 1, Long.MAX_VALUE}) {
            requireRefused(reference().setSizeBytes(size));
        }
    }

    @Test
    void whatIsNotThereOrNotTheTenantsIsRefused() throws Exception {
        ByteString other = ByteString.copyFrom(new byte[31]).concat(ByteString.copyFrom(new byte[] {1}));
        requireRefused(reference().setUri("blob:acme/" + hex(other)).setSha256(other));
        requireRefused(reference().setUri("blob:other/" + hex(HASH)));
        requireRefused(reference().setUri("blob:acme/" + hex(other)));
        requireRefused(reference().setUri("anything\0"));
        requireRefused(reference().setSha256(ByteString.EMPTY).setUri("blob:acme/"));
        requireRefused(BlobReference.newBuilder());
    }

    private void requireRefused(BlobReference.Builder reference) throws Exception {
        Throwable refused =
                result(blobs.require("acme", of(reference)).transform(done -> Future.succeededFuture(done.cause())));
        assertEquals(FailureCode.INVALID_ARGUMENT, Failure.of(refused).code(), reference::toString);
    }

    private static BlobReference.Builder reference() {
        return BlobReference.newBuilder().setUri(STORED).setSha256(HASH).setSizeBytes(SIZE);
    }

    private static Payload of(BlobReference.Builder reference) {
        return Payload.newBuilder().setBlob(reference).build();
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
