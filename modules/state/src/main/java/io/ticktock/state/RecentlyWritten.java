package io.ticktock.state;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What was written last and is durable, since the next step of a lifetime reads it at once. The oldest goes first: it is
 * read soon or not at all. So it goes early, too, before the garbage collector takes it for something that stays and moves
 * it about. Entries never change, so they are never stale.
 */
final class RecentlyWritten<K, M extends Message> {

    /** How long it is kept at least while there is room; until the next write after that. */
    static final Duration KEPT = Duration.ofMillis(200);

    /** A parsed message takes about so much more heap than its bytes. */
    private static final int OVERHEAD_BYTES = 1_500;

    private final long mostBytes;
    private final LongSupplier nanoClock;
    private final Map<K, M> messages = new HashMap<>();
    private final ArrayDeque<Entry<K>> oldestFirst = new ArrayDeque<>();
    private long bytes;

    private record Entry<K>(K key, int bytes, long writtenNanos) {}

    RecentlyWritten(long mostBytes) {
        this(mostBytes, System::nanoTime);
    }

    RecentlyWritten(long mostBytes, LongSupplier nanoClock) {
        this.mostBytes = mostBytes;
        this.nanoClock = nanoClock;
    }

    synchronized void put(K key, M message) {
        if (messages.putIfAbsent(key, message) != null) {
            return;
        }
        Entry<K> written = new Entry<>(key, message.getSerializedSize() + OVERHEAD_BYTES, nanoClock.getAsLong());
        oldestFirst.add(written);
        bytes += written.bytes;
        while (bytes > mostBytes || isOver(oldestFirst.peek(), written.writtenNanos)) {
            Entry<K> oldest = oldestFirst.remove();
            messages.remove(oldest.key);
            bytes -= oldest.bytes;
        }
    }

    /** Null when it is not among them. */
    synchronized M get(K key) {
        return messages.get(key);
    }

    private static boolean isOver(Entry<?> oldest, long nowNanos) {
        return oldest != null && nowNanos - oldest.writtenNanos > KEPT.toNanos();
    }
}
