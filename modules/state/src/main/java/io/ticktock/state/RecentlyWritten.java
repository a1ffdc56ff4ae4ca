package io.ticktock.state;

import com.google.protobuf.Message;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * What was written last and is durable, since the next step of a lifetime reads it at once. The oldest goes first: it is
 * read soon or not at all. Entries never change, so they are never stale.
 */
final class RecentlyWritten<K, M extends Message> {

    /** A parsed message takes about so much more heap than its bytes. */
    private static final int OVERHEAD_BYTES = 1_500;

    private final long mostBytes;
    private final Map<K, M> messages = new HashMap<>();
    private final ArrayDeque<K> oldestFirst = new ArrayDeque<>();
    private long bytes;

    RecentlyWritten(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    synchronized void put(K key, M message) {
        if (messages.putIfAbsent(key, message) != null) {
            return;
        }
        oldestFirst.add(key);
        bytes += weight(message);
        while (bytes > mostBytes) {
            bytes -= weight(messages.remove(oldestFirst.remove()));
        }
    }

    /** Null when it is not among them. */
    synchronized M get(K key) {
        return messages.get(key);
    }

    private static int weight(Message message) {
        return message.getSerializedSize() + OVERHEAD_BYTES;
    }
}
