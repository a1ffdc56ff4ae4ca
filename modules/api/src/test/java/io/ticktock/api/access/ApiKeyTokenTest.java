package io.ticktock.api.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTokenTest {

    @Test
    void aKeyIsReadAsItWasWritten() {
        ApiKeyToken token = ApiKeyToken.random();
        assertEquals(token, ApiKeyToken.parse(token.text()).orElseThrow());
        assertTrue(token.matches(token.digest()));
        assertEquals(32, token.digest().size());
    }

    @Test
    void anotherSecretDoesNotMatch() {
        ApiKeyToken token = ApiKeyToken.random();
        ApiKeyToken forged = new ApiKeyToken(token.keyId(), ApiKeyToken.random().secret());
        assertFalse(forged.matches(token.digest()));
        assertNotEquals(token.keyId(), ApiKeyToken.random().keyId());
    }

    @Test
    void theSecretIsNotInItsText() {
        ApiKeyToken token = ApiKeyToken.random();
        assertFalse(token.toString().contains(token.secret()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tt_",
                "tt_0123456789abcdef_short",
                "tt_0123456789ABCDEF_0123456789012345678901234567890123456789012",
                "tt_0123456789abcdef_0123456789012345678901234567890123456789012 ",
                "sk_0123456789abcdef_0123456789012345678901234567890123456789012"
            })
    void whatIsNoKeyIsNone(String text) {
        assertTrue(ApiKeyToken.parse(text).isEmpty());
    }
}
