package io.ticktock.testkit.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** What happened, as one running number, which is the same when the same happens again; and the last of it in words. */
public final class Trace {

    private static final int KEPT = 400;
    private static final long PRIME = 0x100000001b3L;

    private final Deque<Entry> last = new ArrayDeque<>(KEPT);
    private final Consumer<String> listener;
    private final boolean isHeard;
    private long hash = 0xcbf29ce484222325L;
    private long entries;

    /** Texts are put together when somebody looks. */
    private record Entry(long nanos, String who, String what, String about, long number) {

        @Override
        public String toString() {
            return "%12.6f %-10s %-9s %s %d".formatted(nanos / 1e9, who, what, about, number);
        }
    }

    /** Keeps the last part. */
    public Trace() {
        this.listener = text -> {};
        this.isHeard = false;
    }

    /** Tells all of it besides. */
    public Trace(Consumer<String> listener) {
        this.listener = listener;
        this.isHeard = true;
    }

    /**
     * Notes that something happened.
     *
     * @param who a process
     * @param about such as an address
     * @param number that belongs to it, such as a size
     */
    public void note(long nanos, String who, String what, String about, long number) {
        mix(nanos);
        mix(who.hashCode());
        mix(what.hashCode());
        mix(about.hashCode());
        mix(number);
        entries++;
        Entry entry = new Entry(nanos, who, what, about, number);
        if (last.size() == KEPT) {
            last.removeFirst();
        }
        last.addLast(entry);
        if (isHeard) {
            listener.accept(entry.toString());
        }
    }

    /** Counts that somebody did something, which says little by itself. */
    void step(long nanos, String who) {
        mix(nanos);
        mix(who.hashCode());
    }

    private void mix(long value) {
        hash = (hash ^ value) * PRIME;
        hash ^= hash >>> 29;
    }

    /** Of all that was noted. */
    public long hash() {
        return hash;
    }

    /** How much was noted. */
    public long entries() {
        return entries;
    }

    /** The last part, in order. */
    public List<String> last() {
        return last.stream().map(Entry::toString).toList();
    }
}
