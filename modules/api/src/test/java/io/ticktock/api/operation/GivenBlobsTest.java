package io.ticktock.api.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.ticktock.api.ApiLimits;
import io.ticktock.api.access.Caller;
import io.ticktock.api.event.EventFeed;
import io.ticktock.api.event.FeedBounds;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.AnswerHumanTaskRequest;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.ReadBlobResponse;
import io.ticktock.proto.v1.Role;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
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

    /** Nobody else answers here: what is refused so was refused before anything was done. */
    @Test
    void whateverTakesAPayloadFromOutsideRefusesWrongOnes() throws Exception {
        Drivers drivers = new Drivers(vertx, bus);
        EventFeed feed = new EventFeed(vertx, bus, FeedBounds.STANDARD);
        LifetimeOperations lifetimes = new LifetimeOperations(bus, drivers, feed, ApiLimits.standard());
        HumanTaskOperations humanTasks = new HumanTaskOperations(bus, drivers);
        Payload wrong = of(reference().setSizeBytes(-1));
        String id = UUID.randomUUID().toString();
        requireRefused(
                lifetimes.start,
                StartLifetimeRequest.newBuilder().setInput(wrong).build());
        requireRefused(
                lifetimes.fork,
                ForkLifetimeRequest.newBuilder()
                        .setParentLifetimeId(id)
                        .setInput(wrong)
                        .build());
        requireRefused(
                lifetimes.signal,
                SignalLifetimeRequest.newBuilder()
                        .setSignal(Signal.newBuilder()
                                .setLifetimeId(id)
                                .setAnswer(Answer.newBuilder().setPayload(wrong)))
                        .build());
        requireRefused(
                humanTasks.answer,
                AnswerHumanTaskRequest.newBuilder()
                        .setExecId(id)
                        .setAnswer(wrong)
                        .build());
    }

    private static <Q extends Message, R> void requireRefused(Operation<Q, R> operation, Q request) throws Exception {
        Caller caller = new Caller("acme", "somebody", Set.of(Role.ROLE_OPERATOR), "");
        Throwable refused =
                result(operation.body().apply(caller, request).transform(done -> Future.succeededFuture(done.cause())));
        assertEquals(FailureCode.INVALID_ARGUMENT, Failure.of(refused).code(), operation::name);
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
