package io.ticktock.mcp;

import java.time.Duration;

/** Bounds what a server sends without having been asked. */
final class FloodGate {

    /** A server that writes its log to us is borne with; one that does nothing else is not. */
    private static final long MOST_IN_WINDOW = 20_000;

    private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int BYTES_OF_ONE = 1_024;

    private long windowStart = System.nanoTime();
    private long passed;

    /** Whether this one, of so many bytes, is still borne with. */
    synchronized boolean passes(long bytes) {
        long now = System.nanoTime();
        if (now - windowStart > WINDOW_NANOS) {
            windowStart = now;
            passed = 0;
        }
        passed += 1 + bytes / BYTES_OF_ONE;
        return passed <= MOST_IN_WINDOW;
    }
}
