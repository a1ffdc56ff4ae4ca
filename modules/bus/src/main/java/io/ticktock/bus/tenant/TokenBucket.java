package io.ticktock.bus.tenant;

/** A rate with a burst: a token for each time, which come back at the rate, never more of them than the burst. */
public final class TokenBucket {

    private static final double NANOS_A_SECOND = 1e9;

    private double tokens;
    private long filledNanos;
    private boolean isUsed;

    /**
     * Takes a token if there is one. Rate and burst are told each time, since they may change.
     *
     * @param nowNanos of a clock that never goes back
     * @return 0 when it was taken, else how many nanoseconds later there will be one
     */
    public long take(long perSecond, long burst, long nowNanos) {
        tokens = isUsed
                ? Math.min(
                        (double) burst,
                        tokens + (double) (nowNanos - filledNanos) / NANOS_A_SECOND * (double) perSecond)
                : (double) burst;
        isUsed = true;
        filledNanos = nowNanos;
        if (tokens >= 1) {
            tokens--;
            return 0;
        }
        return Math.max(1, (long) Math.ceil((1 - tokens) / (double) perSecond * NANOS_A_SECOND));
    }
}
