package io.ticktock.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The guide for authors says what is so. */
class GraphGuideTest {

    private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    private static String guide() throws IOException {
        return Files.readString(Path.of("../../docs/graphs.md"));
    }

    @Test
    void everyExampleIsAValidGraph() throws IOException {
        List<String> examples =
                YAML.matcher(guide()).results().map(match -> match.group(1)).toList();
        assertEquals(6, examples.size());
        for (String example : examples) {
            GraphParser.parse("graphs.md.yaml", example.getBytes(StandardCharsets.UTF_8), "default");
        }
    }
}
