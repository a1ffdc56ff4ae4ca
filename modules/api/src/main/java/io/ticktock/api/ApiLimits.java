package io.ticktock.api;

/**
 * How much is let in.
 *
 * @param maxRequests requests in progress at once, 1 to 1,000,000; what streams counts until its stream begins
 * @param maxStarts starts of lifetimes, forks included, in progress at once; fewer, since what runs goes before what starts
 * @param parallelStarts starts that are worked on at a time; the others that are in progress wait, and tenants take turns
 * @param startsPerSecond of a tenant without a quota of its own, 1 and more
 * @param startBurst how many of them may come at once, 1 and more
 */
public record ApiLimits(int maxRequests, int maxStarts, int parallelStarts, long startsPerSecond, long startBurst) {

    private static final int MOST = 1_000_000;

    public ApiLimits {
        within("api.max_requests", maxRequests, MOST);
        within("api.max_starts", maxStarts, maxRequests);
        within("api.parallel_starts", parallelStarts, maxStarts);
        within("api.quotas.starts_per_second", startsPerSecond, Long.MAX_VALUE);
        within("api.quotas.start_burst", startBurst, Long.MAX_VALUE);
    }

    public static ApiLimits standard() {
        return new ApiLimits(4_096, 96, 16, 10_000, 20_000);
    }

    private static void within(String key, long value, long most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(key + " must be 1 to " + most + ", not " + value);
        }
    }
}
