package io.ticktock.graph.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedPatternTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "b+ | abc | true",
                "^b+ | abc | false",
                "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$ | 123e4567-e89b-12d3-a456-426614174000 | true",
                "^([0-9]{4})-([0-9]{2})-([0-9]{2})$ | 2024-02-30 | true",
                "a{2} | a{2} | false",
                "a\\{2} | a{2} | true",
                "^.{1,400}$ | x | true",
            })
    void findsWhatItSays(String pattern, String text, boolean found) {
        assertEquals(found, BoundedPattern.compile(pattern).isIn(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "(?<=a)b", "a**", "\\1", "[z-a]", "a{1001}"})
    void isNone(String pattern) {
        ExpressionFailure thrown = assertThrows(ExpressionFailure.class, () -> BoundedPattern.compile(pattern));
        assertTrue(
                thrown.getMessage().startsWith("the pattern is not a regular expression as RE2 knows them: "),
                thrown.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((a{1000}){1000}){1000}",
                "(((((((a{9}){9}){9}){9}){9}){9}){9}){9}",
                "(a{1000}){1,}(b{5}){1000}",
                "((((a){10,}){10,}){10,}){10,}",
                "(?:(?:a{1000})?){1000}",
                "\\pL{1000}\\pL{1000}",
            })
    void isTooLargeAtOnce(String pattern) {
        ExpressionFailure thrown = assertTimeout(
                Duration.ofSeconds(5),
                () -> assertThrows(ExpressionFailure.class, () -> BoundedPattern.compile(pattern)));
        assertTrue(thrown.getMessage().startsWith("the pattern is too large"), thrown.getMessage());
    }

    @Test
    void noTextKeepsAThreadBusy() {
        BoundedPattern pattern = BoundedPattern.compile("^(a+)+$");
        assertTimeout(Duration.ofSeconds(5), () -> assertEquals(false, pattern.isIn("a".repeat(100_000) + "!")));
    }
}
