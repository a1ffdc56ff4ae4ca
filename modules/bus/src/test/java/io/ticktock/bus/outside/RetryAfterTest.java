package io.ticktock.bus.outside;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetryAfterTest {

    private static final Instant NOW = Instant.parse("2015-10-21T07:28:00Z");

    @Test
    void readsSecondsAndDatesWithinReason() {
        assertEquals(Optional.of(Duration.ofMinutes(2)), RetryAfter.parse("120", NOW));
        assertEquals(Optional.of(Duration.ofSeconds(30)), RetryAfter.parse("Wed, 21 Oct 2015 07:28:30 GMT", NOW));
        assertEquals(Optional.of(RetryAfter.LONGEST), RetryAfter.parse("999999999", NOW));
        assertEquals(Optional.of(RetryAfter.LONGEST), RetryAfter.parse("9".repeat(1_000), NOW));
        assertEquals(Optional.of(RetryAfter.LONGEST), RetryAfter.parse("Wed, 21 Oct 2099 07:28:30 GMT", NOW));
    }

    @Test
    void ignoresWhatIsNeitherOrHasPassed() {
        for (String text : new String[] {"", "0", "-1", "soon", "1e9", "Wed, 21 Oct 2015 07:27:59 GMT"}) {
            assertEquals(Optional.empty(), RetryAfter.parse(text, NOW), text);
        }
    }
}
