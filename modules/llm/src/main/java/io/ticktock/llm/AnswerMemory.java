package io.ticktock.llm;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Bounds what the answers that come to this process keep of its memory, all together: what comes over the wire is kept until an
 * answer is complete. Where it is too much, the largest answer has to give way. For any thread.
 */
final class AnswerMemory {

    private static final int PART_OF_HEAP = 4;

    private final long mostBytes;
    private final Map<Wire, Long> kept = new HashMap<>();
    private long total;

    AnswerMemory(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    static AnswerMemory ofHeap() {
        return new AnswerMemory(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    }

    /** So much more is kept of what came over the wire. Whose answer has to give way, if there is no room. */
    synchronized Optional<Wire> add(Wire wire, long bytes) {
        kept.merge(wire, bytes, Long::sum);
        total += bytes;
        return total > mostBytes
                ? kept.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey)
                : Optional.empty();
    }

    /** Nothing of it is kept any more. */
    synchronized void end(Wire wire) {
        Long bytes = kept.remove(wire);
        total -= bytes == null ? 0 : bytes;
    }
}
