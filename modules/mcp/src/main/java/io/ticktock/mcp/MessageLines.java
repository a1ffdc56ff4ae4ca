package io.ticktock.mcp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The lines that a process writes. Of one that is too long only both ends are kept, and one without an end is refused. */
final class MessageLines {

    private static final int BUFFER_BYTES = 16 << 10;
    private static final int END_BYTES = 4 << 10;

    /** How many times too long a line may be before it is taken for one without an end. */
    private static final int PATIENCE = 16;

    private final InputStream in;
    private final int maxBytes;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;

    /**
     * @param text of the whole line, or its beginning and end when it is too long
     * @param bytes how long it is
     * @param isWhole whether all of it is there
     */
    record Line(String text, long bytes, boolean isWhole) {}

    MessageLines(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /** The next line without its end; empty when there are no more. */
    Optional<Line> next() throws IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        byte[] tail = new byte[0];
        long bytes = 0;
        while (fill()) {
            int end = endOfLine();
            int length = end - from;
            bytes += length;
            if (bytes <= maxBytes) {
                kept.write(buffer, from, length);
            } else {
                tail = lastOf(tail, buffer, from, length);
                kept = firstOf(kept);
            }
            boolean isAtEnd = end < to;
            from = isAtEnd ? end + 1 : end;
            if (isAtEnd) {
                return Optional.of(line(kept, tail, bytes));
            }
            if (bytes > (long) PATIENCE * maxBytes) {
                throw new IOException("a line of more than " + (long) PATIENCE * maxBytes + " bytes");
            }
        }
        return bytes == 0 ? Optional.empty() : Optional.of(line(kept, tail, bytes));
    }

    private Line line(ByteArrayOutputStream kept, byte[] tail, long bytes) {
        boolean isWhole = bytes <= maxBytes;
        String text = kept.toString(StandardCharsets.UTF_8);
        return new Line(isWhole ? text : text + new String(tail, StandardCharsets.UTF_8), bytes, isWhole);
    }

    private boolean fill() throws IOException {
        if (from < to) {
            return true;
        }
        int read = in.read(buffer, 0, buffer.length);
        from = 0;
        to = Math.max(read, 0);
        return read > 0;
    }

    private int endOfLine() {
        for (int i = from; i < to; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return to;
    }

    private static ByteArrayOutputStream firstOf(ByteArrayOutputStream kept) {
        if (kept.size() <= END_BYTES) {
            return kept;
        }
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        first.write(kept.toByteArray(), 0, END_BYTES);
        return first;
    }

    private static byte[] lastOf(byte[] tail, byte[] more, int from, int length) {
        byte[] joined = Arrays.copyOf(tail, tail.length + length);
        System.arraycopy(more, from, joined, tail.length, length);
        return joined.length <= END_BYTES
                ? joined
                : Arrays.copyOfRange(joined, joined.length - END_BYTES, joined.length);
    }
}
