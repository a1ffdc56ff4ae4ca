package io.ticktock.launcher;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * The name under which the processes of one data folder hold shards and sign records. It stays with the folder, so that
 * a process which starts again takes over from its former self at once.
 */
final class InstanceId {

    private static final String FILE = "instance-id";

    private InstanceId() {}

    static String of(Path dataFolder) {
        Path file = dataFolder.resolve(FILE);
        try {
            Files.createDirectories(dataFolder);
            if (!Files.exists(file)) {
                create(file);
            }
            return UUID.fromString(Files.readString(file).strip()).toString();
        } catch (IOException | IllegalArgumentException e) {
            throw new Failure(
                    FailureCode.INVALID_ARGUMENT,
                    "the data folder " + dataFolder + " cannot be used: its file " + FILE
                            + " must be writable and hold a UUID",
                    e);
        }
    }

    private static void create(Path file) throws IOException {
        try {
            Files.writeString(file, UUID.randomUUID() + "\n", StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            // Another process was first: its id holds.
            return;
        }
    }
}
