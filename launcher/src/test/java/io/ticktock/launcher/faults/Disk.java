package io.ticktock.launcher.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * Where a database and blobs are kept, which can become full. A small file system of its own where one may be mounted;
 * elsewhere the database's processes are not allowed to write files beyond a few kilobytes, which they see as a disk that
 * takes no more.
 */
public final class Disk implements AutoCloseable {

    private static final String FILLER = "filler";
    private static final int BUFFER_BYTES = 1 << 16;
    private static final long SMALLEST_FILE_BYTES = 8_192;

    private final Path folder;
    private final boolean isMounted;

    private Disk(Path folder, boolean isMounted) {
        this.folder = folder;
        this.isMounted = isMounted;
    }

    public static Disk at(Path folder, int megabytes) throws IOException {
        Files.createDirectories(folder);
        try {
            Command.run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m,mode=755", "tmpfs", folder.toString());
            return new Disk(folder, true);
        } catch (IOException e) {
            System.out.println(
                    "faults: NO FILE SYSTEM MAY BE MOUNTED HERE, so a full disk is a limit on the size of the"
                            + " database's files instead, and blobs find room: " + e.getMessage());
            return new Disk(folder, false);
        }
    }

    public Path folder() {
        return folder;
    }

    /** @param database processes that write to it */
    public void fill(List<ProcessHandle> database) throws IOException {
        if (!isMounted) {
            limit(database, Long.toString(SMALLEST_FILE_BYTES));
            return;
        }
        byte[] zeros = new byte[BUFFER_BYTES];
        try (OutputStream filler = Files.newOutputStream(folder.resolve(FILLER))) {
            long mostBytes = Files.getFileStore(folder).getTotalSpace();
            for (long written = 0; written <= mostBytes; written += BUFFER_BYTES) {
                filler.write(zeros);
            }
        } catch (IOException e) {
            if (Files.getFileStore(folder).getUsableSpace() < BUFFER_BYTES) {
                return;
            }
            throw e;
        }
        throw new IOException("the disk takes more than it has");
    }

    /** @param database processes that write to it now */
    public void free(Supplier<List<ProcessHandle>> database) throws IOException {
        if (isMounted) {
            Files.deleteIfExists(folder.resolve(FILLER));
        } else {
            limit(database.get(), "unlimited");
        }
    }

    /** The soft limit, which can be raised again. */
    private static void limit(List<ProcessHandle> processes, String bytes) throws IOException {
        for (ProcessHandle process : processes) {
            try {
                Command.run("prlimit", "--pid", Long.toString(process.pid()), "--fsize=" + bytes + ":");
            } catch (IOException e) {
                if (process.isAlive()) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (isMounted) {
            // Lazily: who still has a file open there is about to end.
            Command.run("umount", "-l", folder.toString());
        }
    }
}
