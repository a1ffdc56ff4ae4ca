package io.ticktock.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Reads lines for a caller that may have to stop waiting: a read of standard input itself cannot be interrupted. Reading
 * starts with the first question, so that what nobody asked for stays unread.
 */
final class LineReader {

    private static final Duration LOOK_UP_EVERY = Duration.ofMillis(50);

    /** What a read gave; no text at the end of the input. */
    private record Line(Optional<String> text) {}

    private final BufferedReader in;
    private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>(1);
    private Thread reader;
    private boolean ended;

    LineReader(BufferedReader in) {
        this.in = in;
    }

    /** The next line; empty at the end of the input, or as soon as {@code given up} is true. */
    Optional<String> next(BooleanSupplier givenUp) throws InterruptedException {
        if (ended) {
            return Optional.empty();
        }
        if (reader == null) {
            reader = new Thread(this::readLines, "answers");
            reader.setDaemon(true);
            reader.start();
        }
        while (!givenUp.getAsBoolean()) {
            Line line = lines.poll(LOOK_UP_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            if (line != null) {
                ended = line.text().isEmpty();
                return line.text();
            }
        }
        return Optional.empty();
    }

    private void readLines() {
        try {
            Optional<String> line;
            do {
                line = readLine();
                lines.put(new Line(line));
            } while (line.isPresent());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<String> readLine() {
        try {
            return Optional.ofNullable(in.readLine());
        } catch (IOException e) {
            // An input that breaks has ended: there is nobody to answer.
            return Optional.empty();
        }
    }
}
