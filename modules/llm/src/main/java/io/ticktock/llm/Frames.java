package io.ticktock.llm;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** Cuts what comes over the wire where a reader can make sense of the part before it. */
final class Frames {

    private static final byte LINE_END = '\n';
    private static final byte RETURN = '\r';

    private final boolean byBlankLines;
    private Buffer pending = Buffer.buffer();
    private int searched;

    /** @param byBlankLines whether a frame ends at an empty line, or else at the end of each line */
    Frames(boolean byBlankLines) {
        this.byBlankLines = byBlankLines;
    }

    /** All frames that are complete with this chunk, in one piece. */
    Optional<byte[]> add(Buffer chunk) {
        pending.appendBuffer(chunk);
        int end = lastEnd();
        if (end == 0) {
            searched = pending.length();
            return Optional.empty();
        }
        byte[] complete = pending.getBytes(0, end);
        pending = pending.getBuffer(end, pending.length());
        searched = pending.length();
        return Optional.of(complete);
    }

    /** What was left without an end. */
    byte[] rest() {
        return pending.getBytes();
    }

    private int lastEnd() {
        for (int i = pending.length() - 1; i >= searched; i--) {
            if (pending.getByte(i) == LINE_END && (!byBlankLines || isBehindLineEnd(i))) {
                return i + 1;
            }
        }
        return 0;
    }

    private boolean isBehindLineEnd(int at) {
        int before = at > 0 && pending.getByte(at - 1) == RETURN ? at - 2 : at - 1;
        return before >= 0 && pending.getByte(before) == LINE_END;
    }
}
