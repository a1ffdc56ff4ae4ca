package io.ticktock.bus.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenBucketTest {

    private static final long MS = 1_000_000;

    /** Times in ms, at each of which one token is asked for; then how long to wait for the next, 0 where it was given. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 0 0 500 999 1000 1000, 0 1000 500 1 0 1000",
        "10, 3, 0 0 0 0 50 100 100 200, 0 0 0 100 50 0 100 0",
        "2, 1, 0 250 499 500 750 1000, 0 250 1 0 250 0",
        // Not used for long, it holds a burst and no more.
        "1, 2, 0 0 100000 100000 100000, 0 0 0 0 1000",
        "1000, 1, 0 0 1 1 2, 0 1 0 1 0",
    })
    void tokensComeBackAtTheRate(long perSecond, long burst, String times, String waits) {
        TokenBucket bucket = new TokenBucket();
        StringBuilder seen = new StringBuilder();
        for (String time : times.split(" ")) {
            long wait = bucket.take(perSecond, burst, Long.parseLong(time) * MS);
            seen.append(Math.round((double) wait / MS)).append(' ');
        }
        assertEquals(waits, seen.toString().strip());
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 5, 5, 5", "10, 10, 1, 1, 1", "5, 1, 1, 3, 1"})
    void aChangeTakesEffectAtOnce(long rate, long burst, long newRate, long newBurst, int given) {
        TokenBucket bucket = new TokenBucket();
        for (int i = 0; i < burst; i++) {
            assertEquals(0, bucket.take(rate, burst, 0));
        }
        int taken = 0;
        // What the new rate gives in a second, and no more.
        long now = 1_000 * MS;
        while (bucket.take(newRate, newBurst, now) == 0) {
            taken++;
        }
        assertEquals(Math.min(newRate, newBurst), taken);
        assertEquals(given, taken);
    }
}
