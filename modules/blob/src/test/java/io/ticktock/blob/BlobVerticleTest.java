package io.ticktock.blob;

import static io.ticktock.blob.Await.await;
import static io.ticktock.blob.Await.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.AbandonBlobRequest;
import io.ticktock.proto.v1.AbandonBlobResponse;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.CommitBlobRequest;
import io.ticktock.proto.v1.CommitBlobResponse;
import io.ticktock.proto.v1.FindUnreferencedBlobsResponse;
import io.ticktock.proto.v1.GetQuotasResponse;
import io.ticktock.proto.v1.OpenBlobRequest;
import io.ticktock.proto.v1.OpenBlobResponse;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.ReadBlobResponse;
import io.ticktock.proto.v1.WriteBlobRequest;
import io.ticktock.proto.v1.WriteBlobResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads and reads over the real bus, into real files. */
class BlobVerticleTest {

    private static final int MAX_BLOB_BYTES = 3 << 20;
    private static final int MAX_UPLOADS = 3;

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final SetClock clock = new SetClock();

    @TempDir
    private Path folder;

    private String deployment;

    @BeforeEach
    void deploy() throws Exception {
        BlobConfiguration configuration = new BlobConfiguration(
                folder,
                MAX_BLOB_BYTES,
                0,
                MAX_UPLOADS,
                Duration.ofSeconds(1),
                8,
                Duration.ofHours(24),
                Duration.ofSeconds(1));
        await(bus.serve(
                Addresses.STATE_GET_QUOTAS,
                request -> Future.succeededFuture(GetQuotasResponse.newBuilder()
                        .setStoredBytes(request.getTenantId().equals("full") ? 10 : 9)
                        .setMostStoredBytes(10)
                        .build())));
        BlobStore store = new FileBlobStore(vertx, configuration, clock);
        deployment = await(
                vertx.deployVerticle(new BlobVerticle(bus, configuration, store, clock, new SimpleMeterRegistry())));
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void whoHasStoredEnoughUploadsNoMore() throws Exception {
        OpenBlobRequest request =
                OpenBlobRequest.newBuilder().setTenantId("full").build();
        Failure refused = failure(bus.request(Addresses.BLOB_OPEN, request));
        assertEquals(FailureCode.QUOTA_EXCEEDED, refused.code());
        assertEquals("stored_bytes", refused.quota().orElseThrow().getQuota());
        assertEquals(10, refused.quota().orElseThrow().getObserved());
        assertEquals(60, refused.retryAfterSeconds());
    }

    @Test
    void whatIsWrittenInChunksIsReadInRanges() throws Exception {
        byte[] content = new byte[2_500_000];
        new Random(1).nextBytes(content);
        ByteString bytes = ByteString.copyFrom(content);

        BlobReference blob = upload("acme", "image/png", bytes);

        assertEquals("image/png", blob.getMediaType());
        assertEquals(content.length, blob.getSizeBytes());
        assertEquals(ByteString.copyFrom(Sha256.start().digest(content)), blob.getSha256());
        assertEquals(
                BlobUri.of(TenantName.of("acme"), Sha256.start().digest(content))
                        .toString(),
                blob.getUri());
        assertEquals(bytes, readWhole("acme", blob.getUri()));
    }

    @Test
    void anEmptyBlobIsABlob() throws Exception {
        BlobReference blob = upload("acme", "", ByteString.EMPTY);

        ReadBlobResponse read = await(read("acme", blob.getUri(), 0, 1));

        assertEquals(0, blob.getSizeBytes());
        assertEquals(0, read.getSizeBytes());
        assertEquals(ByteString.EMPTY, read.getChunk());
    }

    @Test
    void theMediaTypeIsNoPartOfTheIdentity() throws Exception {
        BlobReference text = upload("acme", "text/plain", ByteString.copyFromUtf8("same"));
        BlobReference json = upload("acme", "application/json", ByteString.copyFromUtf8("same"));

        assertEquals(text.getUri(), json.getUri());
        assertNotEquals(text, json);
    }

    @Test
    void aRepeatedChunkIsHarmless() throws Exception {
        String id = await(open("acme"));
        await(write(id, 0, "one "));

        assertEquals(4, await(write(id, 0, "one ")).getSizeBytes());
        assertEquals(7, await(write(id, 4, "two")).getSizeBytes());
        assertEquals(7, await(write(id, 0, "one ")).getSizeBytes());
        assertEquals(
                "one two",
                readWhole("acme", await(commit(id)).getBlob().getUri()).toStringUtf8());
    }

    @Test
    void aChunkThatLeavesAGapOrOverlapsIsRefusedAndChangesNothing() throws Exception {
        String id = await(open("acme"));
        await(write(id, 0, "one "));

        for (long offset : new long[] {5, 3}) {
            Failure failure = failure(write(id, offset, "two"));
            assertEquals(FailureCode.FAILED_PRECONDITION, failure.code());
            assertEquals("offset must be 4, the bytes written so far, not " + offset, failure.getMessage());
        }
        assertEquals(FailureCode.INVALID_ARGUMENT, failure(write(id, -1, "two")).code());
        assertEquals(
                "one ", readWhole("acme", await(commit(id)).getBlob().getUri()).toStringUtf8());
    }

    @Test
    void chunksThatComeWithoutWaitingForAnswersKeepTheirOrder() throws Exception {
        String id = await(open("acme"));

        Future<WriteBlobResponse> first = write(id, 0, "one ");
        Future<WriteBlobResponse> second = write(id, 4, "two");
        Future<CommitBlobResponse> commit = commit(id);

        await(Future.join(first, second, commit));
        assertEquals(
                "one two", readWhole("acme", commit.result().getBlob().getUri()).toStringUtf8());
    }

    @Test
    void aClientThatWaitsForNoAnswersIsHeldBack() throws Exception {
        String id = await(open("acme"));
        List<Future<WriteBlobResponse>> writes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            writes.add(write(id, i, "x"));
        }

        Failure failure = failure(Future.join(writes));

        assertEquals(FailureCode.OVERLOADED, failure.code());
        assertEquals(
                "x",
                readWhole("acme", await(commit(id)).getBlob().getUri())
                        .toStringUtf8()
                        .substring(0, 1));
    }

    @Test
    void aRepeatedCommitGetsTheSameAnswer() throws Exception {
        String id = await(open("acme"));
        await(write(id, 0, "content"));

        assertEquals(await(commit(id)), await(commit(id)));
        assertEquals(7, await(write(id, 0, "content")).getSizeBytes());
        assertEquals(
                FailureCode.FAILED_PRECONDITION, failure(write(id, 7, "more")).code());
    }

    @Test
    void anAbandonedUploadLeavesNothing() throws Exception {
        String id = await(open("acme"));
        await(write(id, 0, "content"));

        await(abandon(id));

        assertEquals(0, files());
        assertTrue(failure(write(id, 7, "more")).code().retryable());
    }

    @Test
    void abandoningACommittedUploadKeepsTheBlob() throws Exception {
        String id = await(open("acme"));
        await(write(id, 0, "content"));
        String uri = await(commit(id)).getBlob().getUri();

        await(abandon(id));

        assertEquals("content", readWhole("acme", uri).toStringUtf8());
    }

    @Test
    void anUploadThatNobodyUsesIsAbandoned() throws Exception {
        String id = await(open("acme"));
        await(write(id, 0, "content"));
        assertEquals(1, files());

        clock.advance(Duration.ofSeconds(2));

        await(gone(id));
        assertTrue(failure(commit(id)).code().retryable());
    }

    @Test
    void uploadsInProgressAreBounded() throws Exception {
        for (int i = 0; i < MAX_UPLOADS; i++) {
            await(open("acme"));
        }

        Failure failure = failure(open("other"));

        assertEquals(FailureCode.OVERLOADED, failure.code());
        assertEquals("3 uploads are in progress (blob.max_uploads); try again later", failure.getMessage());
    }

    @Test
    void finishedUploadsAreInNobodysWay() throws Exception {
        for (int i = 0; i < 3 * MAX_UPLOADS; i++) {
            upload("acme", "", ByteString.copyFromUtf8("content " + i));
        }
        for (int i = 0; i < 3 * MAX_UPLOADS; i++) {
            await(abandon(await(open("acme"))));
        }
    }

    @Test
    void theSizeIsBounded() throws Exception {
        String id = await(open("acme"));
        ByteString tooLong = ByteString.copyFrom(new byte[BlobManager.MAX_CHUNK_BYTES + 1]);
        assertEquals(
                FailureCode.INVALID_ARGUMENT, failure(write(id, 0, tooLong)).code());
        ByteString chunk = tooLong.substring(1);
        for (int i = 0; i < 3; i++) {
            await(write(id, (long) i * chunk.size(), chunk));
        }

        Failure failure = failure(write(id, MAX_BLOB_BYTES, "x"));

        assertEquals(FailureCode.INVALID_ARGUMENT, failure.code());
        assertEquals("a blob has at most 3145728 bytes (blob.max_blob_bytes)", failure.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"line\nbreak", "na\u00efve/type"})
    void aMediaTypeIsPrintableAscii(String mediaType) {
        OpenBlobRequest request = OpenBlobRequest.newBuilder()
                .setTenantId("acme")
                .setMediaType(mediaType)
                .build();

        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(bus.request(Addresses.BLOB_OPEN, request)).code());
    }

    @Test
    void anotherTenantsBlobAndAnUnknownOneGetTheSameAnswer() throws Exception {
        String uri = upload("acme", "", ByteString.copyFromUtf8("secret")).getUri();
        String unknown = uri.substring(0, uri.length() - 4) + (uri.endsWith("0000") ? "1111" : "0000");
        List<Failure> failures = List.of(
                failure(read("other", uri, 0, 10)),
                failure(read("other", unknown, 0, 10)),
                failure(read("other", uri.replace("acme", "other"), 0, 10)),
                failure(read("ACME", uri, 0, 10)),
                failure(read("acme", unknown, 0, 10)),
                failure(read("acme", uri.replace("acme", "%61cme"), 0, 10)));

        for (Failure failure : failures) {
            assertEquals(FailureCode.NOT_FOUND, failure.code());
            assertEquals("no such blob", failure.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource({"0,1,a", "0,10,abcdefghij", "0,11,abcdefghij", "3,4,defg", "9,1,j", "9,100,j", "10,1,''"})
    void readsRanges(long offset, int length, String expected) throws Exception {
        String uri = upload("acme", "", ByteString.copyFromUtf8("abcdefghij")).getUri();

        ReadBlobResponse read = await(read("acme", uri, offset, length));

        assertEquals(expected, read.getChunk().toStringUtf8());
        assertEquals(10, read.getSizeBytes());
    }

    @ParameterizedTest
    @CsvSource({"-1,1", "0,0", "0,-1", "0,1048577", "11,1", "9223372036854775807,1"})
    void refusesOtherRanges(long offset, int length) throws Exception {
        String uri = upload("acme", "", ByteString.copyFromUtf8("abcdefghij")).getUri();

        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(read("acme", uri, offset, length)).code());
    }

    @Test
    void readsUnderWayAreBounded() throws Exception {
        String uri = upload("acme", "", ByteString.copyFrom(new byte[1 << 20])).getUri();
        List<Future<ReadBlobResponse>> reads = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            reads.add(read("acme", uri, 0, 1 << 20));
        }

        assertEquals(FailureCode.OVERLOADED, failure(Future.join(reads)).code());
        assertTrue(reads.get(0).succeeded());
        await(read("acme", uri, 0, 1));
    }

    @Test
    void garbageIsSearchedForOnATimer() throws Exception {
        BlockingQueue<String> asked = new LinkedBlockingQueue<>();
        await(bus.serve(Addresses.STATE_FIND_UNREFERENCED_BLOBS, request -> {
            asked.addAll(request.getUrisList());
            return Future.succeededFuture(FindUnreferencedBlobsResponse.newBuilder()
                    .addAllUris(request.getUrisList())
                    .build());
        }));
        String uri = upload("acme", "", ByteString.copyFromUtf8("garbage")).getUri();

        clock.advance(Duration.ofHours(25));

        assertEquals(uri, asked.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void undeployingAbandonsUploadsAndFreesTheFolder() throws Exception {
        await(write(await(open("acme")), 0, "content"));

        await(vertx.undeploy(deployment));

        assertEquals(0, files());
        deploy();
    }

    private Future<String> open(String tenant) {
        OpenBlobRequest request =
                OpenBlobRequest.newBuilder().setTenantId(tenant).build();
        return bus.request(Addresses.BLOB_OPEN, request).map(OpenBlobResponse::getUploadId);
    }

    private Future<WriteBlobResponse> write(String id, long offset, String chunk) {
        return write(id, offset, ByteString.copyFromUtf8(chunk));
    }

    private Future<WriteBlobResponse> write(String id, long offset, ByteString chunk) {
        WriteBlobRequest request = WriteBlobRequest.newBuilder()
                .setUploadId(id)
                .setOffset(offset)
                .setChunk(chunk)
                .build();
        return bus.request(Addresses.BLOB_WRITE.at(id), request);
    }

    private Future<CommitBlobResponse> commit(String id) {
        return bus.request(
                Addresses.BLOB_COMMIT.at(id),
                CommitBlobRequest.newBuilder().setUploadId(id).build());
    }

    private Future<AbandonBlobResponse> abandon(String id) {
        return bus.request(
                Addresses.BLOB_ABANDON.at(id),
                AbandonBlobRequest.newBuilder().setUploadId(id).build());
    }

    private Future<ReadBlobResponse> read(String tenant, String uri, long offset, int length) {
        ReadBlobRequest request = ReadBlobRequest.newBuilder()
                .setTenantId(tenant)
                .setUri(uri)
                .setOffset(offset)
                .setLength(length)
                .build();
        return bus.request(Addresses.BLOB_READ, request);
    }

    private BlobReference upload(String tenant, String mediaType, ByteString content) throws Exception {
        OpenBlobRequest request = OpenBlobRequest.newBuilder()
                .setTenantId(tenant)
                .setMediaType(mediaType)
                .build();
        String id = await(bus.request(Addresses.BLOB_OPEN, request)).getUploadId();
        int written = 0;
        while (written < content.size()) {
            int end = Math.min(content.size(), written + BlobManager.MAX_CHUNK_BYTES);
            await(write(id, written, content.substring(written, end)));
            written = end;
        }
        return await(commit(id)).getBlob();
    }

    private ByteString readWhole(String tenant, String uri) throws Exception {
        ByteString content = ByteString.EMPTY;
        ReadBlobResponse range;
        do {
            range = await(read(tenant, uri, content.size(), BlobManager.MAX_CHUNK_BYTES));
            content = content.concat(range.getChunk());
        } while (content.size() < range.getSizeBytes());
        return content;
    }

    /** Completes when the upload's file is gone; the timer of the verticle has to do that. */
    private Future<Void> gone(String id) throws IOException {
        if (files() == 0) {
            return Future.succeededFuture();
        }
        return vertx.timer(10, TimeUnit.MILLISECONDS).compose(ignored -> {
            try {
                return gone(id);
            } catch (IOException e) {
                return Future.failedFuture(e);
            }
        });
    }

    private long files() throws IOException {
        try (Stream<Path> found = Files.list(folder.resolve("uploads"))) {
            return found.count();
        }
    }
}
