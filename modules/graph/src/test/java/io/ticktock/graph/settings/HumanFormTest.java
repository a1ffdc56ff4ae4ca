package io.ticktock.graph.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.expression.PlainJson;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanFormTest {

    private static final HumanForm FORM = HumanForm.parse("""
            {"type": "object", "required": ["approved"], "additionalProperties": false,
             "properties": {
               "approved": {"type": "boolean"},
               "amount": {"type": "number", "minimum": 0},
               "mail": {"type": "string", "format": "email", "maxLength": 30},
               "code": {"type": "string", "pattern": "^[A-Z]+$"},
               "items": {"type": "array", "items": {"$ref": "#/$defs/item"}}},
             "$defs": {"item": {"enum": ["a", "b"]}}}
            """);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"approved\": true} | ``",
                "{\"approved\": false, \"amount\": 2.5, \"code\": \"AB\", \"items\": [\"a\", \"b\"]} | ``",
                "{} | the answer: required property 'approved' not found",
                "null | the answer: null found, object expected",
                "{\"approved\": \"yes\"} | approved: string found, boolean expected",
                "{\"approved\": true, \"amount\": -1} | amount: must have a minimum value of 0",
                "{\"approved\": true, \"other\": 1} | the answer: property 'other' is not defined in the schema",
                "{\"approved\": true, \"code\": \"a\"} | code: does not match the regex pattern ^[A-Z]+$",
                "{\"approved\": true, \"mail\": \"x\"} | mail: does not match the email pattern",
                "{\"approved\": true, \"items\": [\"a\", \"c\"]} | items.1: does not have a value in the enumeration",
            })
    void findsWhatIsWrongWithAnAnswer(String answer, String fault) {
        List<String> faults = FORM.faultsOf(PlainJson.parse(answer));
        if (fault.isEmpty()) {
            assertEquals(List.of(), faults);
        } else {
            assertEquals(1, faults.size(), faults.toString());
            assertTrue(faults.get(0).startsWith(fault), faults.toString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | a form is a JSON Schema, so it must be a map",
                "{\"type\": \"text\"} | does not have a value in the enumeration",
                "{\"properties\": {\"a\": {\"minLength\": \"x\"}}} | string found, integer expected",
                "{\"required\": \"a\"} | string found, array expected",
                "{\"$ref\": \"https://example.com/schema\"} | a form can only refer to its own parts",
                "{\"$id\": \"https://example.com/schema\"} | a form has no $id",
                "{\"$schema\": \"http://json-schema.org/draft-07/schema#\"} | a form is written in",
                "{\"properties\": {\"a\": {\"pattern\": \"(\"}}} | the pattern is not a regular expression",
                "{\"patternProperties\": {\"(?<=a)b\": {}}} | the pattern is not a regular expression",
            })
    void findsWhatIsWrongWithASchema(String schema, String fault) {
        List<HumanForm.SchemaFault> faults = HumanForm.faultsOfSchema(PlainJson.parse(schema));
        assertTrue(faults.stream().anyMatch(found -> found.message().startsWith(fault)), faults.toString());
        assertThrows(IllegalArgumentException.class, () -> HumanForm.parse(schema));
    }

    @Test
    void aFaultOfASchemaSaysWhere() {
        Object schema = PlainJson.parse("{\"properties\": {\"a\": {\"minLength\": \"x\"}}}");
        assertEquals(
                List.of("properties", "a", "minLength"),
                HumanForm.faultsOfSchema(schema).get(0).path());
    }

    @Test
    void noPatternKeepsAThreadBusy() {
        HumanForm form = HumanForm.parse("{\"pattern\": \"^(a+)+$\"}");
        Assertions.assertTimeout(
                Duration.ofSeconds(5),
                () -> assertEquals(1, form.faultsOf("a".repeat(50_000) + "!").size()));
    }

    @Test
    void aFormThatGoesInCirclesIsAFault() {
        assertEquals(1, HumanForm.parse("{\"$ref\": \"#\"}").faultsOf("x").size());
    }

    @Test
    void aFormIsItsSchema() {
        assertEquals(HumanForm.parse(FORM.schema()), FORM);
    }
}
