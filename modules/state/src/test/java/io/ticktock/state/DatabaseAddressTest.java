package io.ticktock.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseAddressTest {

    @Test
    void aUrlHasItsParts() {
        assertEquals(
                new DatabaseAddress("db.example", 6543, "agents", "me", "se:cret", "require"),
                DatabaseAddress.parse("postgres://me:se%3Acret@db.example:6543/agents?sslmode=require"));
        DatabaseAddress usual = DatabaseAddress.parse("postgresql://me:secret@db.example/agents");
        assertEquals(5432, usual.port());
        assertEquals("prefer", usual.sslMode());
    }

    @Test
    void thePasswordIsNotShown() {
        DatabaseAddress address = DatabaseAddress.parse("postgres://me:secret@db.example/agents");
        assertEquals("postgres://me@db.example:5432/agents", address.toString());
        assertFalse(StateConfiguration.of(address).toString().contains("secret"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "db.example", "mysql://me:secret@db/agents", "postgres://me:secret@db:port/agents"})
    void aWrongUrlIsRefusedWithTheRightForm(String url) {
        Failure refused = assertThrows(Failure.class, () -> DatabaseAddress.parse(url));
        assertEquals(FailureCode.INVALID_ARGUMENT, refused.code());
        assertTrue(refused.getMessage().contains("postgres://user:password@host:port/database"), refused.getMessage());
        assertFalse(refused.getMessage().contains("secret"), refused.getMessage());
    }
}
