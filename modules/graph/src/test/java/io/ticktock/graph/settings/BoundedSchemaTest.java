package io.ticktock.graph.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.expression.PlainJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedSchemaTest {

    private static final BoundedSchema FORM = BoundedSchema.parse("""
            {"type": "object", "required": ["approved"], "additionalProperties": false,
             "properties": {
               "approved": {"type": "boolean"},
               "amount": {"type": "number", "minimum": 0},
               "mail": {"type": "string", "format": "email", "maxLength": 30},
               "code": {"type": "string", "pattern": "^[A-Z]+$"},
               "items": {"type": "array", "items": {"$ref": "#/$defs/item"}}},
             "$defs": {"item": {"enum": ["a", "b"]}}}
            """);

    private static final Duration SOON = Duration.ofSeconds(5);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"approved\": true}",
                "{\"approved\": false, \"amount\": 2.5, \"code\": \"AB\", \"items\": [\"a\", \"b\"]}",
                "{\"approved\": false, \"amount\": 0, \"mail\": \"a@example.com\", \"items\": []}",
            })
    void anAnswerIsRight(String answer) {
        assertEquals(List.of(), FORM.faultsOf(PlainJson.parse(answer)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | approved: is missing; the form needs it",
                "null | the answer: is null; give a map",
                "{\"approved\": \"yes\"} | approved: is \"yes\"; give true or false",
                "{\"approved\": {}} | approved: is a map; give true or false",
                "{\"approved\": true, \"amount\": -1} | amount: is -1; give at least 0",
                "{\"approved\": true, \"other\": 1} | other: is not part of the form; leave it out",
                "{\"approved\": true, \"code\": \"a\"} | code: is \"a\"; give a text that matches ^[A-Z]+$",
                "{\"approved\": true, \"mail\": \"x\"} | mail: is \"x\"; give an e-mail address such as name@example.com",
                "{\"approved\": true, \"mail\": \"a.longish.name@long.example.com\"} | mail: has 31 characters; give at most 30",
                "{\"approved\": true, \"items\": [\"a\", \"c\"]} | items.1: is \"c\"; give one of \"a\", \"b\"",
            })
    void anAnswerIsWrong(String answer, String fault) {
        List<String> faults = FORM.faultsOf(PlainJson.parse(answer));
        assertEquals(List.of(fault), faults);
    }

    /** Every keyword: schema, answer, faults. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\": [\"string\", \"null\"]} | 2 | the answer: is 2; give a text or null",
                "{\"type\": \"integer\"} | 2.5 | the answer: is 2.5; give a whole number",
                "{\"const\": {\"a\": 1}} | 2 | the answer: is 2; give {\"a\":1}",
                "{\"enum\": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]} | 12 | the answer: is 12; give one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …",
                "{\"maximum\": 3} | 4 | the answer: is 4; give at most 3",
                "{\"exclusiveMinimum\": 3} | 3 | the answer: is 3; give more than 3",
                "{\"exclusiveMaximum\": 3} | 3 | the answer: is 3; give less than 3",
                "{\"multipleOf\": 2} | 3 | the answer: is 3; give a multiple of 2",
                "{\"minLength\": 2} | \"📏\" | the answer: has 1 characters; give at least 2",
                "{\"format\": \"date\"} | \"1.2.2030\" | the answer: is \"1.2.2030\"; give a date such as 2030-01-31",
                "{\"format\": \"ipv4\"} | \"1.2.3\" | the answer: is \"1.2.3\"; give a text of the format ipv4",
                "{\"minItems\": 2} | [1] | the answer: has 1 elements; give at least 2",
                "{\"maxItems\": 0} | [1] | the answer: has 1 elements; give at most 0",
                "{\"prefixItems\": [{}], \"items\": false} | [1, 2] | 1: is one element too many; leave it out",
                "{\"uniqueItems\": true} | [1, 1] | the answer: has the same element twice; give each only once",
                "{\"contains\": {\"const\": 1}} | [2] | the answer: must contain at least 1 element(s) that passes these validations: {\"const\":1}",
                "{\"minProperties\": 1} | {} | the answer: has 0 fields; give at least 1",
                "{\"propertyNames\": {\"maxLength\": 1}} | {\"ab\": 1} | ab: is a name that the form does not allow: it must be at most 1 characters long",
                "{\"dependentRequired\": {\"a\": [\"b\"]}} | {\"a\": 1} | b: is missing; the form needs it beside a",
                "{\"properties\": {\"a\": false}} | {\"a\": 1} | a: is not wanted here; leave it out",
                "{\"not\": {\"type\": \"string\"}} | \"x\" | the answer: is \"x\", which the form excludes; give something else",
                "{\"unevaluatedProperties\": false} | {\"a\": 1} | a: is not part of the form; leave it out",
                "{\"anyOf\": [{\"type\": \"string\"}, {\"required\": [\"a\"]}]} | {} | the answer: is a map; give a text, or a: is missing; the form needs it",
                "{\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"null\"}]} | 1 | the answer: is 1; give a text, or the answer: is 1; give null",
                "{\"oneOf\": [{\"minimum\": 1}, {\"minimum\": 2}]} | 3 | the answer: is 3, which fits several alternatives; give what fits only one",
                "{\"if\": {\"properties\": {\"ok\": {\"const\": false}}}, \"then\": {\"required\": [\"why\"]}} | {\"ok\": false} | why: is missing; the form needs it",
            })
    void everyKeywordHasWords(String schema, String answer, String fault) {
        assertEquals(List.of(fault), BoundedSchema.parse(schema).faultsOf(PlainJson.parse(answer)));
    }

    @Test
    void eachElementHasAlternativesOfItsOwn() {
        BoundedSchema form =
                BoundedSchema.parse("{\"items\": {\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"null\"}]}}");
        assertEquals(
                List.of(
                        "0: is 1; give a text, or 0: is 1; give null",
                        "2: is true; give a text, or 2: is true; give null"),
                form.faultsOf(PlainJson.parse("[1, \"a\", true]")));
    }

    @Test
    void manyFaultsAreCutShort() {
        List<String> faults =
                BoundedSchema.parse("{\"items\": {\"type\": \"string\"}}").faultsOf(Collections.nCopies(5_000, 1L));
        assertEquals(21, faults.size());
        assertEquals("and 4980 more", faults.get(20));
    }

    /** Schema, where in it, and what is wrong there. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | a JSON Schema must be a map here",
                "true | a JSON Schema must be a map here",
                "{\"type\": \"text\"} | type: there is no type 'text'; use one of string, number",
                "{\"type\": \"strng\"} | type: there is no type 'strng'; did you mean string?",
                "{\"type\": [\"string\", \"nul\"]} | type.1: there is no type 'nul'; did you mean null?",
                "{\"type\": 7} | type: is 7; give",
                "{\"requried\": [\"a\"]} | requried: there is no keyword 'requried'; did you mean required?",
                "{\"definitions\": {}} | definitions: there is no keyword 'definitions'",
                "{\"format\": \"emial\"} | format: there is no format 'emial'; did you mean email?",
                "{\"properties\": []} | properties: is a list; give a map",
                "{\"properties\": {\"a\": 7}} | properties.a: is 7; give a map or true or false",
                "{\"properties\": {\"a\": {\"minLength\": \"x\"}}} | properties.a.minLength: is \"x\"; give a whole number",
                "{\"multipleOf\": 0} | multipleOf: is 0; give more than 0",
                "{\"required\": \"a\"} | required: is \"a\"; give a list",
                "{\"allOf\": []} | allOf: has 0 elements; give at least 1",
                "{\"$ref\": \"https://example.com/schema\"} | $ref: a schema can only refer to its own parts",
                "{\"$ref\": \"file:///etc/hosts\"} | $ref: a schema can only refer to its own parts",
                "{\"$ref\": \"#name\"} | $ref: a schema can only refer to its own parts",
                "{\"$ref\": \"#/$defs/none\"} | $ref: the schema has no part #/$defs/none; define it under $defs",
                "{\"const\": {\"$ref\": \"http://example.com/\"}, \"$ref\": \"#/const\"} | $ref: the schema has no part #/const",
                "{\"properties\": {\"default\": {\"$ref\": \"http://example.com/\"}}} | properties.default.$ref: a schema can only",
                "{\"properties\": {\"enum\": {\"$schema\": \"http://example.com/\"}}} | properties.enum.$schema: a schema is written",
                "{\"$dynamicRef\": \"#a\"} | $dynamicRef: a schema stands on its own and has no $dynamicRef",
                "{\"$id\": \"https://example.com/schema\"} | $id: a schema stands on its own and has no $id",
                "{\"$schema\": \"http://json-schema.org/draft-07/schema#\"} | $schema: a schema is written in JSON Schema 2020-12",
                "{\"properties\": {\"a\": {\"pattern\": \"(\"}}} | properties.a.pattern: the pattern is not a regular",
                "{\"properties\": {\"enum\": {\"pattern\": \"(\"}}} | properties.enum.pattern: the pattern is not a regular",
                "{\"patternProperties\": {\"(?<=a)b\": {}}} | patternProperties.(?<=a)b: the pattern is not a regular",
                "{\"pattern\": \"((a{1000}){1000}){1000}\"} | pattern: the pattern is too large",
                "{\"properties\": {\"a\": {\"$ref\": \"#/properties/a\"}}} | properties.a.$ref: the schema goes in circles here",
                "{\"$ref\": \"#/$defs/a\", \"$defs\": {\"a\": {\"items\": {\"$ref\": \"#/$defs/a\"}}}} | $defs.a.items.$ref: the schema goes in circles",
            })
    void aSchemaIsWrong(String schema, String fault) {
        List<BoundedSchema.SchemaFault> faults = BoundedSchema.faultsOfSchema(PlainJson.parse(schema));
        assertEquals(1, faults.size(), faults.toString());
        assertTrue(faults.get(0).toString().startsWith(fault), faults.toString());
        assertThrows(IllegalArgumentException.class, () -> BoundedSchema.parse(schema));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"x-widget\": \"slider\", \"title\": \"A\", \"$comment\": \"b\", \"default\": {\"$ref\": \"http://a\"}}",
                "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"type\": \"string\"}",
                "{\"properties\": {\"$ref\": {\"type\": \"string\"}, \"pattern\": {}, \"a/b\": {}, \"c\": {\"$ref\": \"#/properties/a~1b\"}}}",
                "{\"items\": {\"$ref\": \"#/$defs/a%20b\"}, \"$defs\": {\"a b\": true}}",
            })
    void aSchemaIsRight(String schema) {
        assertEquals(List.of(), BoundedSchema.faultsOfSchema(PlainJson.parse(schema)));
        assertEquals(List.of(), BoundedSchema.parse(schema).faultsOf("x"));
    }

    @Test
    void aFormThatGrowsIsRefused() {
        List<String> parts = new ArrayList<>(List.of("\"d0\": {\"minLength\": 1}"));
        for (int i = 1; i < 40; i++) {
            String previous = "{\"$ref\": \"#/$defs/d" + (i - 1) + "\"}";
            parts.add("\"d" + i + "\": {\"allOf\": [" + previous + ", " + previous + "]}");
        }
        String schema = "{\"$ref\": \"#/$defs/d39\", \"$defs\": {" + String.join(", ", parts) + "}}";
        List<BoundedSchema.SchemaFault> faults =
                assertTimeout(SOON, () -> BoundedSchema.faultsOfSchema(PlainJson.parse(schema)));
        assertEquals(1, faults.size(), faults.toString());
        assertTrue(faults.get(0).message().startsWith("the schema is too large"), faults.toString());
    }

    @Test
    void aFormThatIsTooDeepIsRefused() {
        List<String> parts = new ArrayList<>(List.of("\"d0\": {}"));
        IntStream.range(1, 2_000).forEach(i -> parts.add("\"d" + i + "\": {\"$ref\": \"#/$defs/d" + (i - 1) + "\"}"));
        String schema = "{\"$ref\": \"#/$defs/d1999\", \"$defs\": {" + String.join(", ", parts) + "}}";
        List<BoundedSchema.SchemaFault> faults = BoundedSchema.faultsOfSchema(PlainJson.parse(schema));
        assertEquals(1, faults.size(), faults.toString());
        assertTrue(faults.get(0).message().contains("nest deeper than"), faults.toString());
    }

    @Test
    void aFormOfManyPartsIsRefused() {
        String schema = "{\"anyOf\": [" + String.join(", ", Collections.nCopies(6_000, "{}")) + "]}";
        assertTrue(assertThrows(IllegalArgumentException.class, () -> BoundedSchema.parse(schema))
                .getMessage()
                .startsWith("not a schema: the schema is too large"));
    }

    @Test
    void anAnswerThatIsTooLargeOrTooDeepIsRefused() {
        Object deep = "x";
        for (int i = 0; i < 100; i++) {
            deep = List.of(deep);
        }
        List<String> tooLarge = List.of("the answer: is too large for this form; give less");
        BoundedSchema anything = BoundedSchema.parse("{}");
        assertEquals(tooLarge, anything.faultsOf(deep));
        assertEquals(tooLarge, anything.faultsOf(Collections.nCopies(20_000, 1L)));
        assertEquals(tooLarge, anything.faultsOf("x".repeat(2_000_000)));
        assertEquals(List.of(), anything.faultsOf("x".repeat(1_000_000)));
        assertEquals(List.of(), anything.faultsOf(Collections.nCopies(10_000, 1L)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"pattern\": \"^(a+)+$\"", "\"format\": \"idn-hostname\"", "\"format\": \"hostname\""})
    void noAnswerKeepsAThreadBusy(String keyword) {
        BoundedSchema form = BoundedSchema.parse("{" + keyword + "}");
        assertTimeout(
                SOON,
                () -> assertEquals(1, form.faultsOf("a".repeat(500_000) + "!").size()));
    }

    @Test
    void aFormIsItsSchema() {
        assertEquals(BoundedSchema.parse(FORM.json()), FORM);
    }
}
