package io.ticktock.blob;

import static io.ticktock.blob.Await.await;
import static io.ticktock.blob.Await.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.FindUnreferencedBlobsRequest;
import io.ticktock.proto.v1.FindUnreferencedBlobsResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobCollectorTest {

    private static final TenantName ACME = TenantName.of("acme");
    private static final TenantName OTHER = TenantName.of("other");
    private static final Duration GRACE = Duration.ofHours(24);

    private final Vertx vertx = Vertx.vertx();
    private final SetClock clock = new SetClock();
    private final Set<String> referenced = new HashSet<>();
    private final List<Integer> asked = new ArrayList<>();

    @TempDir
    private Path folder;

    private Supplier<Future<?>> beforeAnswer = Future::succeededFuture;
    private BlobStore store;
    private BlobCollector collector;

    @BeforeEach
    void start() throws Exception {
        BlobConfiguration configuration = BlobConfiguration.defaults(folder);
        store = new FileBlobStore(vertx, configuration, clock);
        collector = new BlobCollector(store, configuration, clock, this::unreferenced);
        await(store.start());
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void removesWhatIsOldAndUnreferenced() throws Exception {
        BlobUri garbage = commit(ACME, "garbage");
        BlobUri used = commit(ACME, "used");
        BlobUri garbageOfOther = commit(OTHER, "used");
        referenced.add(used.toString());
        clock.advance(GRACE.plusSeconds(1));
        BlobUri young = commit(ACME, "young");

        assertEquals(2, await(collector.collect()));

        assertEquals(Set.of(used, young), stored());
        assertEquals(FailureCode.NOT_FOUND, failure(store.read(garbage, 0, 1)).code());
        assertEquals(
                FailureCode.NOT_FOUND, failure(store.read(garbageOfOther, 0, 1)).code());
    }

    @Test
    void keepsWhatIsExactlyAsOldAsTheGracePeriod() throws Exception {
        BlobUri blob = commit(ACME, "just in time");
        clock.advance(GRACE);

        assertEquals(0, await(collector.collect()));
        assertEquals(Set.of(blob), stored());
    }

    @Test
    void keepsContentThatIsCommittedAgainWhileTheStateAnswers() throws Exception {
        BlobUri blob = commit(ACME, "wanted again");
        clock.advance(GRACE.plusSeconds(1));
        beforeAnswer = () -> upload(ACME, "wanted again");

        assertEquals(0, await(collector.collect()));
        assertEquals(Set.of(blob), stored());
    }

    @Test
    void asksInPagesAndReachesEveryBlob() throws Exception {
        int count = 2 * BlobCollector.PAGE_SIZE + 1;
        fill(count);

        assertEquals(count, await(collector.collect()));

        assertEquals(List.of(BlobCollector.PAGE_SIZE, BlobCollector.PAGE_SIZE, 1), asked);
        assertEquals(Set.of(), stored());
    }

    @Test
    void goesOnWithThePageThatFailed() throws Exception {
        fill(BlobCollector.PAGE_SIZE + 1);
        beforeAnswer = () -> asked.size() == 2
                ? Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "no answer"))
                : Future.succeededFuture();

        assertEquals(FailureCode.UNAVAILABLE, failure(collector.collect()).code());
        assertEquals(1, stored().size());
        assertEquals(1, await(collector.collect()));
        assertEquals(List.of(BlobCollector.PAGE_SIZE, 1, 1), asked);
    }

    @Test
    void whatCannotBeRemovedDoesNotHoldUpTheOthers() throws Exception {
        int count = BlobCollector.PAGE_SIZE + 1;
        fill(count);
        BlobUri stuck = await(store.list(Optional.empty(), 1)).get(0).uri();
        BlobCollector failing = new BlobCollector(
                new FailingRemoval(store, stuck), BlobConfiguration.defaults(folder), clock, this::unreferenced);

        assertEquals(count - 1, await(failing.collect()));

        assertEquals(Set.of(stuck), stored());
    }

    @Test
    void startsOverOnceItHasReachedTheEnd() throws Exception {
        BlobUri blob = commit(ACME, "in use for a while");
        referenced.add(blob.toString());
        clock.advance(GRACE.plusSeconds(1));
        assertEquals(0, await(collector.collect()));

        referenced.clear();

        assertEquals(1, await(collector.collect()));
    }

    @Test
    void doesNotAskAboutYoungBlobs() throws Exception {
        commit(ACME, "young");

        await(collector.collect());

        assertTrue(asked.isEmpty());
    }

    private Future<FindUnreferencedBlobsResponse> unreferenced(FindUnreferencedBlobsRequest request) {
        asked.add(request.getUrisCount());
        FindUnreferencedBlobsResponse.Builder answer = FindUnreferencedBlobsResponse.newBuilder();
        request.getUrisList().stream().filter(uri -> !referenced.contains(uri)).forEach(answer::addUris);
        return beforeAnswer.get().map(ignored -> answer.build());
    }

    /** Old blobs, written past the store because flushing each would take long. */
    private void fill(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            String hash = HexFormat.of().formatHex(Sha256.start().digest(new byte[] {(byte) i, (byte) (i >> 8)}));
            Path file = folder.resolve("blobs/acme/" + hash.substring(0, 2) + "/" + hash);
            Files.createDirectories(file.getParent());
            Files.write(file, new byte[] {(byte) i, (byte) (i >> 8)});
            Files.setLastModifiedTime(file, FileTime.from(clock.instant().minus(GRACE.multipliedBy(2))));
        }
    }

    private Set<BlobUri> stored() throws Exception {
        Set<BlobUri> uris = new HashSet<>();
        await(store.list(Optional.empty(), 10_000)).forEach(blob -> uris.add(blob.uri()));
        return uris;
    }

    private BlobUri commit(TenantName tenant, String content) throws Exception {
        return await(upload(tenant, content));
    }

    private Future<BlobUri> upload(TenantName tenant, String content) {
        return store.upload(tenant)
                .compose(upload ->
                        upload.append(ByteString.copyFromUtf8(content)).compose(ignored -> upload.commit()));
    }

    /** A store with one blob that cannot be removed. */
    private record FailingRemoval(BlobStore store, BlobUri stuck) implements BlobStore {

        @Override
        public Future<Void> start() {
            return store.start();
        }

        @Override
        public Future<BlobUpload> upload(TenantName tenant) {
            return store.upload(tenant);
        }

        @Override
        public Future<BlobRange> read(BlobUri uri, long offset, int length) {
            return store.read(uri, offset, length);
        }

        @Override
        public Future<List<StoredBlob>> list(Optional<BlobUri> after, int limit) {
            return store.list(after, limit);
        }

        @Override
        public Future<Boolean> remove(BlobUri uri, Instant committedBefore) {
            return uri.equals(stuck)
                    ? Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "it cannot be removed"))
                    : store.remove(uri, committedBefore);
        }

        @Override
        public Future<Void> close() {
            return store.close();
        }
    }
}
