package io.ticktock.executor;

import com.google.protobuf.ByteString;
import java.util.Iterator;
import java.util.List;

/** Cuts parts that follow one another into chunks of one size; only the last may be smaller. */
final class Chunks {

    private final Iterator<ByteString> parts;
    private final int chunkBytes;
    private ByteString rest = ByteString.EMPTY;

    Chunks(List<ByteString> parts, int chunkBytes) {
        this.parts = parts.iterator();
        this.chunkBytes = chunkBytes;
    }

    /** The next chunk; empty at the end. */
    ByteString next() {
        while (rest.size() < chunkBytes && parts.hasNext()) {
            rest = rest.concat(parts.next());
        }
        ByteString chunk = rest.substring(0, Math.min(rest.size(), chunkBytes));
        rest = rest.substring(chunk.size());
        return chunk;
    }
}
