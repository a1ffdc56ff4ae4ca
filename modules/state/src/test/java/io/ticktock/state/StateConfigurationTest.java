package io.ticktock.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class StateConfigurationTest {

    private static final DatabaseAddress DATABASE =
            new DatabaseAddress("localhost", 5432, "agents", "me", "secret", "disable");

    @Test
    void aValueOutOfRangeIsNamed() {
        StateConfiguration usual = StateConfiguration.of(DATABASE);
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> new StateConfiguration(
                        DATABASE,
                        65,
                        usual.timeoutMs(),
                        usual.patienceMs(),
                        usual.queueRows(),
                        usual.queueStarts(),
                        usual.queueBytes(),
                        usual.flushRows(),
                        usual.flushBytes(),
                        usual.cacheBytes(),
                        usual.storedBytes()));
        assertEquals("state.pool_size must be 1 to 64, not 65", refused.getMessage());
    }
}
