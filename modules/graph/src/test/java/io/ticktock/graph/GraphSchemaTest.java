package io.ticktock.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.ticktock.graph.source.SourceFile;
import io.ticktock.graph.source.SourceValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The schema that editors use knows what the parser knows, as far as a schema can. */
class GraphSchemaTest {

    private static final Path CONF = Path.of("../../conf");
    private static final Path FILE = CONF.resolve("schema/graph.schema.json");

    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final JsonSchema SCHEMA =
            SCHEMAS.getSchema(new String(GraphFiles.content(FILE), StandardCharsets.UTF_8), InputFormat.JSON);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Faults of these kinds show without a look at another place of the file. */
    private static final String VISIBLE =
            "(top|node|retry|id|transform|human|child)-.*|http-header.*|json-unknown-key.*";

    /** Unless they are about another place, or about what a pattern does not see. */
    private static final Set<String> INVISIBLE = Set.of(
            "top-start-unknown.yaml",
            "node-timeout-too-long.yaml",
            "retry-intervals-crossed.yaml",
            "retry-multiplier-not-a-number.yaml",
            "transform-output-not-json.yaml",
            "id-twice-tasks.yaml",
            "id-twice-task-and-plan.yaml",
            "human-form-remote.yaml",
            "human-form-file.yaml",
            "human-form-pattern.yaml",
            "human-form-dialect.yaml",
            "node-limits-cost-too-fine.yaml");

    static Stream<Path> validFiles() {
        Path shipped = CONF.resolve("graphs");
        List<Path> files = new ArrayList<>(GraphFiles.in(GraphFiles.VALID));
        if (Files.isDirectory(shipped)) {
            files.addAll(GraphFiles.in(shipped));
        }
        return files.stream();
    }

    static Stream<Path> visiblyFaultyFiles() {
        return GraphFiles.in(GraphFiles.FAULTY).stream()
                .filter(file -> file.getFileName().toString().matches(VISIBLE))
                .filter(file -> !INVISIBLE.contains(file.getFileName().toString()));
    }

    @ParameterizedTest
    @MethodSource("validFiles")
    void takesEveryValidGraph(Path file) {
        assertEquals(Set.of(), faultsOf(tree(file).orElseThrow()));
    }

    @ParameterizedTest
    @MethodSource("validFiles")
    void takesEveryCanonicalForm(Path file) throws Exception {
        assertEquals(Set.of(), faultsOf(MAPPER.readTree(GraphFiles.parse(file).canonical())));
    }

    @ParameterizedTest
    @MethodSource("visiblyFaultyFiles")
    void refusesWhatItCanSee(Path file) {
        assertFalse(faultsOf(tree(file).orElseThrow()).isEmpty());
    }

    @Test
    void isAValidSchemaItself() throws Exception {
        JsonSchema meta = SCHEMAS.getSchema(SchemaLocation.of(SchemaId.V202012));
        assertEquals(Set.of(), meta.validate(MAPPER.readTree(GraphFiles.content(FILE))));
        assertTrue(visiblyFaultyFiles().count() >= 60);
    }

    private static Set<ValidationMessage> faultsOf(JsonNode tree) {
        return SCHEMA.validate(tree);
    }

    private static Optional<JsonNode> tree(Path file) {
        return SourceFile.read(file.getFileName().toString(), GraphFiles.content(file), new ArrayList<>())
                .map(SourceValue::plain)
                .map(MAPPER::valueToTree);
    }
}
