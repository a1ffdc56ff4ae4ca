package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LifetimeIdTest {

    @Test
    void aNewIdReadsBack() {
        LifetimeId id = LifetimeId.random();

        assertEquals(7, id.uuid().version());
        assertEquals(id, LifetimeId.parse(id.toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "0190a1b2",
                "1-1-1-1-1",
                "0190a1b2-0000-7000-8000-00000000000",
                "0190a1b2-0000-7000-8000-0000000000000",
                "0190a1b2-0000-7000-8000-00000000000g",
                "'; drop table lifetimes; --"
            })
    void anythingButAWholeIdIsRefused(String text) {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> LifetimeId.parse(text));

        assertEquals(ExitCode.USAGE, failure.exitCode());
        assertTrue(failure.getMessage().contains("is not a lifetime id"), failure.getMessage());
    }
}
