package io.ticktock.launcher.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;

/**
 * The time of day of one process, as far as the program reads it where it is put together: classes of the program that
 * ask {@link ShiftedTime} instead of the system. The clock by which timers run and leases are measured is another one,
 * which no setting of the time moves, and stays as it is.
 */
public final class WallClock {

    /** Where what decides, and what runs attempts, is given its clock. */
    private static final String[] READERS = {
        "io.ticktock.launcher.ModuleTable", "io.ticktock.executor.Executor",
    };

    private final Path offset;

    private WallClock(Path offset) {
        this.offset = offset;
    }

    /** Writes what has to stand before the program on the class path of the process. */
    public static WallClock in(Path folder, Path jar) throws IOException {
        for (String reader : READERS) {
            AlteredClass.of(jar, reader)
                    .calls(InstantSource.class, "system", ShiftedTime.class)
                    .write(folder);
        }
        WallClock clock = new WallClock(folder.resolve(ShiftedTime.OFFSET_FILE));
        clock.shift(0);
        return clock;
    }

    /** From the system's time. */
    public void shift(long millis) throws IOException {
        Path written = Files.writeString(offset.resolveSibling("offset.new"), Long.toString(millis));
        Files.move(written, offset, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
