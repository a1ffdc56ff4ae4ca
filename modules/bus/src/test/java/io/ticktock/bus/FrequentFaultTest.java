package io.ticktock.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class FrequentFaultTest {

    private long nanos = -1;
    private final FrequentFault fault = new FrequentFault(() -> nanos);

    @Test
    void theFirstAndOneAMinuteAreToldLoudly() {
        assertEquals(Level.WARN, fault.level());
        assertEquals(0, fault.quietBefore());
        for (int second = 1; second < 60; second++) {
            nanos += Duration.ofSeconds(1).toNanos();
            assertEquals(Level.DEBUG, fault.level());
        }
        nanos += Duration.ofSeconds(1).toNanos();
        assertEquals(Level.WARN, fault.level());
        assertEquals(59, fault.quietBefore());
        assertEquals(Level.DEBUG, fault.level());
    }

    @Test
    void oneNowAndThenIsToldLoudly() {
        for (int i = 0; i < 10; i++) {
            assertEquals(Level.WARN, fault.level());
            assertEquals(0, fault.quietBefore());
            nanos += Duration.ofHours(1).toNanos();
        }
    }
}
