package io.ticktock.blob;

import com.google.protobuf.UnsafeByteOperations;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The files of a {@link FileBlobStore}. Its methods block, and may be called by several threads.
 *
 * <pre>
 * lock                              held by the one process that uses the folder
 * uploads/&lt;uuid&gt;                    being received
 * blobs/&lt;tenant&gt;/&lt;2 digits&gt;/&lt;sha256&gt;  whole and durable, never changed; its time is that of the last commit
 * </pre>
 */
final class BlobFolder {

    /** So many digits of the hash name the sub-folder, which keeps every folder small enough to be listed. */
    private static final int SHARD_DIGITS = 2;

    private final Path root;
    private final Path uploads;
    private final Path blobs;
    private final long minFreeBytes;
    private final InstantSource clock;

    /** Held while a blob appears, and while one is looked at and removed, so that the two cannot cross. */
    private final Object visibility = new Object();

    private Optional<FileChannel> lock = Optional.empty();

    BlobFolder(BlobConfiguration configuration, InstantSource clock) {
        this.root = configuration.folder();
        this.uploads = root.resolve("uploads");
        this.blobs = root.resolve("blobs");
        this.minFreeBytes = configuration.minFreeBytes();
        this.clock = clock;
    }

    /** Takes the folder for this process, and removes what unfinished uploads have left. */
    void open() throws IOException {
        Files.createDirectories(uploads);
        Files.createDirectories(blobs);
        flush(root);
        lock = Optional.of(lock());
        for (String leftover : names(uploads, name -> true)) {
            Files.delete(uploads.resolve(leftover));
        }
    }

    void close() throws IOException {
        if (lock.isPresent()) {
            lock.get().close();
        }
    }

    UploadFile upload(TenantName tenant) throws IOException {
        requireSpace(0);
        return UploadFile.create(this, tenant, uploads.resolve(UUID.randomUUID().toString()));
    }

    /** Fails with OVERLOADED unless so many bytes more leave the reserve untouched. */
    void requireSpace(int bytes) {
        if (uploads.toFile().getUsableSpace() - bytes < minFreeBytes) {
            throw new Failure(FailureCode.OVERLOADED, "no space is left for blobs; try again when some has been freed");
        }
    }

    /** Gives a flushed upload its final name. Where the blob is there already, this renews it. */
    void publish(Path upload, BlobUri uri) throws IOException {
        Path file = file(uri);
        Path shard = file.getParent();
        Files.createDirectories(shard);
        synchronized (visibility) {
            Files.setLastModifiedTime(upload, FileTime.from(clock.instant()));
            Files.move(upload, file, StandardCopyOption.ATOMIC_MOVE);
        }
        // Each name on the way is only as durable as the folder that holds it.
        flush(shard);
        flush(shard.getParent());
        flush(blobs);
    }

    BlobRange read(BlobUri uri, long offset, int length) throws IOException {
        try (FileChannel channel = FileChannel.open(file(uri), StandardOpenOption.READ)) {
            long size = channel.size();
            if (offset > size) {
                throw new Failure(
                        FailureCode.INVALID_ARGUMENT, "offset " + offset + " is beyond the blob's " + size + " bytes");
            }
            ByteBuffer bytes = read(channel, offset, (int) Math.min(length, size - offset));
            if (bytes.remaining() == size) {
                check(uri, bytes.duplicate());
            }
            return new BlobRange(UnsafeByteOperations.unsafeWrap(bytes), size);
        } catch (NoSuchFileException e) {
            throw BlobStore.noSuchBlob();
        }
    }

    List<StoredBlob> list(Optional<BlobUri> after, int limit) throws IOException {
        List<StoredBlob> page = new ArrayList<>(limit);
        for (String tenant : names(blobs, TenantName::isName)) {
            if (isBehind(after, tenant, "")) {
                continue;
            }
            for (String shard : names(blobs.resolve(tenant), name -> name.length() == SHARD_DIGITS)) {
                if (!isBehind(after, tenant, shard)) {
                    listShard(new TenantName(tenant), shard, after, limit, page);
                }
                if (page.size() == limit) {
                    return page;
                }
            }
        }
        return page;
    }

    boolean remove(BlobUri uri, Instant committedBefore) throws IOException {
        Path file = file(uri);
        synchronized (visibility) {
            Optional<Instant> committedAt = committedAt(file);
            if (committedAt.isEmpty() || !committedAt.get().isBefore(committedBefore)) {
                return false;
            }
            Files.delete(file);
            return true;
        }
    }

    private void listShard(TenantName tenant, String shard, Optional<BlobUri> after, int limit, List<StoredBlob> page)
            throws IOException {
        Path folder = blobs.resolve(tenant.value()).resolve(shard);
        for (String hash : names(folder, name -> BlobUri.isHash(name) && name.startsWith(shard))) {
            BlobUri uri = new BlobUri(tenant, hash);
            if (after.isPresent() && uri.compareTo(after.get()) <= 0) {
                continue;
            }
            committedAt(folder.resolve(hash)).ifPresent(time -> page.add(new StoredBlob(uri, time)));
            if (page.size() == limit) {
                return;
            }
        }
    }

    /** Whether everything of this tenant whose hash starts so comes before the place to go on from. */
    private static boolean isBehind(Optional<BlobUri> after, String tenant, String hashStart) {
        if (after.isEmpty()) {
            return false;
        }
        int order = tenant.compareTo(after.get().tenant().value());
        String reached = after.get().sha256().substring(0, hashStart.length());
        return order < 0 || (order == 0 && hashStart.compareTo(reached) < 0);
    }

    private Path file(BlobUri uri) {
        return blobs.resolve(uri.tenant().value())
                .resolve(uri.sha256().substring(0, SHARD_DIGITS))
                .resolve(uri.sha256());
    }

    private FileChannel lock() throws IOException {
        FileChannel channel =
                FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!tryLock(channel)) {
            channel.close();
            throw new Failure(FailureCode.FAILED_PRECONDITION, "blob.folder is in use by another process");
        }
        return channel;
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static ByteBuffer read(FileChannel channel, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        int count = 0;
        while (bytes.hasRemaining() && count >= 0) {
            count = channel.read(bytes, offset + bytes.position());
        }
        return bytes.flip();
    }

    private static void check(BlobUri uri, ByteBuffer content) {
        MessageDigest digest = Sha256.start();
        digest.update(content);
        if (!Arrays.equals(digest.digest(), uri.hash())) {
            throw new Failure(FailureCode.INTERNAL, "the blob is damaged: its content does not match its hash");
        }
    }

    private static Optional<Instant> committedAt(Path file) throws IOException {
        try {
            return Optional.of(Files.getLastModifiedTime(file).toInstant());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The fitting names in a folder, in order. What else lies there is none of ours. */
    private static List<String> names(Path folder, Predicate<String> fitting) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(fitting)
                    .sorted()
                    .toList();
        }
    }

    private static void flush(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
