package io.ticktock.launcher.configuration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtlpHeadersTest {

    @Test
    void namesAndValuesAreRead() {
        assertEquals(Map.of(), OtlpHeaders.parse(""));
        assertEquals(
                Map.of("authorization", "Basic dXNlcjpr+w==", "x-scope", "a,b"),
                OtlpHeaders.parse("authorization=Basic%20dXNlcjpr+w==, x-scope=a%2Cb"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "secret-value; the 1. has no name",
                "a=1,=secret-value; the 2. has no name",
                "a=1,; the 2. has no name",
                "a b=secret-value; the 1. has no name",
                "a=secret-value%zz; that of a is not",
                "a=secret-value%0d%0ax: y; that of a is not",
            })
    void whatCannotBeReadIsTold(String text, String message) {
        String told = assertThrows(IllegalArgumentException.class, () -> OtlpHeaders.parse(text))
                .getMessage();
        assertTrue(told.startsWith("telemetry.otlp_headers ") && told.contains(message), told);
        assertFalse(told.contains("secret-value"), told);
    }
}
