package io.ticktock.guardrail.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import io.ticktock.graph.source.SourceFile;
import io.ticktock.graph.source.SourceValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The schema that editors use knows what the parser knows, as far as a schema can. */
class PolicySchemaTest {

    private static final String FILE = PolicyTexts.text(Path.of("../../conf/schema/policies.schema.json"));
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final JsonSchema SCHEMA = SCHEMAS.getSchema(FILE, InputFormat.JSON);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Faults of these kinds show without a look at another place of the file. */
    private static final String VISIBLE =
            "(file|policies|policy|scope|progress-(and|empty|once|misspelt)|action|phase|message|applies|all)-.*|prices-[ne].*|budget-(no|two|un|neg|tok|of|and|with).*|name-capitals.*|key-misspelt.*|cel-empty.*";

    static Stream<Path> shipped() {
        return PolicyTexts.in(PolicyTexts.SHIPPED).stream();
    }

    static Stream<Path> visiblyFaulty() {
        return PolicyTexts.in(PolicyTexts.FAULTY).stream()
                .filter(file -> file.getFileName().toString().matches(VISIBLE));
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void takesWhatShips(Path file) {
        assertEquals(Set.of(), SCHEMA.validate(tree(file)));
        assertFalse(PolicyTexts.parse(PolicyTexts.text(file)).isEmpty());
    }

    @ParameterizedTest
    @MethodSource("visiblyFaulty")
    void refusesWhatItCanSee(Path file) {
        assertFalse(SCHEMA.validate(tree(file)).isEmpty());
    }

    @Test
    void isAValidSchemaItself() throws Exception {
        JsonSchema meta = SCHEMAS.getSchema(SchemaLocation.of(SchemaId.V202012));
        assertEquals(Set.of(), meta.validate(MAPPER.readTree(FILE)));
    }

    private static JsonNode tree(Path file) {
        byte[] content = PolicyTexts.text(file).getBytes(StandardCharsets.UTF_8);
        return SourceFile.read(file.getFileName().toString(), content, new ArrayList<>())
                .map(SourceValue::plain)
                .map(MAPPER::<JsonNode>valueToTree)
                .orElseThrow();
    }
}
