package io.ticktock.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SemanticVersionTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0",
                "1.0.0",
                "1.0.0-alpha",
                "1.0.0-0.3.7",
                "1.0.0-x-y-z.--",
                "1.0.0-alpha+001",
                "1.0.0+21AF26D3---117B",
                "99999999999999999999.0.0"
            })
    void isAVersion(String text) {
        assertEquals(text, SemanticVersion.parse(text).orElseThrow().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.0",
                "1.0.0.0",
                "v1.0.0",
                "01.0.0",
                "1.0.0-",
                "1.0.0-01",
                "1.0.0-a..b",
                "1.0.0+",
                "1.0.0-ä",
                " 1.0.0",
                "-1.0.0",
                "1.0.0-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void isNoVersion(String text) {
        assertTrue(SemanticVersion.parse(text).isEmpty());
    }

    @Test
    void versionsAreOrderedAsTheSpecificationSays() {
        List<String> ordered = List.of(
                "0.9.9",
                "1.0.0-1",
                "1.0.0-2",
                "1.0.0-11",
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-beta",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
                "1.0.0-rc.1",
                "1.0.0",
                "1.0.1",
                "1.2.0",
                "1.10.0",
                "2.0.0");
        List<SemanticVersion> shuffled = new ArrayList<>();
        ordered.forEach(text -> shuffled.add(SemanticVersion.parse(text).orElseThrow()));
        Collections.shuffle(shuffled, new Random(7));
        Collections.sort(shuffled);
        assertEquals(ordered, shuffled.stream().map(SemanticVersion::toString).toList());
    }

    @Test
    void buildMetadataDoesNotCount() {
        SemanticVersion plain = SemanticVersion.parse("1.0.0").orElseThrow();
        assertEquals(0, plain.compareTo(SemanticVersion.parse("1.0.0+7").orElseThrow()));
    }
}
