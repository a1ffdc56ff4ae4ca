package io.ticktock.bus.trace;

/** Which traces are taken: by the last 56 bits of their id, which are random by W3C's rules, also in ids of lifetimes. */
public final class Sampling {

    private static final int RANDOM_DIGITS = 14;
    private static final double RANGE = 1L << 56;

    private Sampling() {}

    /** Whether the trace is among this part of all, 0 to 1. */
    public static boolean takes(String traceId, double ratio) {
        long random = Long.parseLong(traceId.substring(traceId.length() - RANDOM_DIGITS), 16);
        return random < ratio * RANGE;
    }
}
