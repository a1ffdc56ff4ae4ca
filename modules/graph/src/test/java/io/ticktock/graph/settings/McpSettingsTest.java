package io.ticktock.graph.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McpSettingsTest {

    @ParameterizedTest
    @CsvSource({
        "docs://readme, docs://readme, true",
        "docs://readme, docs://readme2, false",
        "file:///data/*, file:///data/a/b.txt, true",
        "file:///data/*, file:///data/..hidden, true",
        "file:///data/*, file:///database, false",
        "file:///data/*, file:///data/../etc/passwd, false",
        "file:///data/*, file:///data/a/.., false",
        "file:///data/*, file:///data/%2E%2e/etc/passwd, false",
        "file:///data/*, file:///data/..%2fetc/passwd, false",
        "file:///data/*, file:///data/..\\etc, false",
        "file:///data/../*, file:///data/../etc/passwd, false",
        "read_*, read_file, true",
        "*, anything, true"
    })
    void aStarStandsForWhatIsBelow(String allowed, String name, boolean isAllowed) {
        assertEquals(isAllowed, McpSettings.isAllowed(List.of("other", allowed), name));
    }
}
