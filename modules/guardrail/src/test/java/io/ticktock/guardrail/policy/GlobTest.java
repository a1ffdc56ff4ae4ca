package io.ticktock.guardrail.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            research-*, research-,     true
            research-*, research-deep, true
            research-*, my-research-1, false
            *,          anything,      true
            *,          '',            true
            draft,      draft,         true
            draft,      drafts,        false
            *a*b,       xaxxb,         true
            *a*b,       xbxa,          false
            1.*.0,      1.22.0,        true
            1.*.0,      1x22x0,        false
            a?,         ab,            false
            """)
    void starsStandForAnyCharactersAndNothingElseDoes(String pattern, String text, boolean matches) {
        assertEquals(matches, new Glob(pattern).matches(text));
    }

    @Test
    void manyStarsTakeNoLongerThanTheProductOfTheLengths() {
        assertFalse(new Glob("*a".repeat(100) + "b").matches("a".repeat(10_000)));
    }
}
