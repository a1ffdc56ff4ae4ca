package io.ticktock.launcher.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** Takes the place of {@link InstantSource} in altered classes: the system's time and what a file says beside it. */
public interface ShiftedTime {

    String OFFSET_FILE = "clock-offset-ms";

    /** As {@link InstantSource#system()}. */
    static InstantSource system() {
        InstantSource system = InstantSource.system();
        Offset offset = new Offset();
        return () -> system.instant().plus(offset.now());
    }

    /** Reads the file again ten times a second, as a clock that is set shows it at once. */
    final class Offset {

        private static final long READ_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

        private final Path file;
        private long readNanos;
        private Duration last = Duration.ZERO;

        Offset() {
            URL found = ShiftedTime.class.getClassLoader().getResource(OFFSET_FILE);
            try {
                this.file = Path.of(found.toURI());
            } catch (URISyntaxException e) {
                throw new IllegalStateException("the offset of the clock is not in a file", e);
            }
            this.readNanos = System.nanoTime() - READ_EVERY_NANOS;
        }

        synchronized Duration now() {
            long nowNanos = System.nanoTime();
            if (nowNanos - readNanos >= READ_EVERY_NANOS) {
                readNanos = nowNanos;
                try {
                    last = Duration.ofMillis(
                            Long.parseLong(Files.readString(file).strip()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return last;
        }
    }
}
