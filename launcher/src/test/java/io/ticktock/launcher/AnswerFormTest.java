package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.ticktock.proto.v1.HumanRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerFormTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"type":"boolean"}               | yes    | true
                    {"type":"boolean"}               | N      | false
                    {"type":"integer"}               | 7      | 7
                    {"type":"number","maximum":2}    | 1.5    | 1.5
                    {"type":"string"}                | 12     | "12"
                    {"type":"string"}                | ''     | ""
                    {"enum":["a","b"]}               | b      | "b"
                    {"enum":[1,2]}                   | 2      | 2
                    {"type":"array"}                 | [1]    | [1]
                    {}                               | {"a":1} | {"a":1}
                    {"type":"integer","default":3}   | ''     | 3
                    """)
    void whatIsTypedBecomesAValue(String schema, String line, String value) {
        FormField.Reading reading = read(schema, true, line);

        assertFalse(reading.isWrong(), reading.fault());
        assertEquals(value, Json.text(reading.value().orElseThrow()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"type":"boolean"}                         | maybe | x: must be yes or no
                    {"type":"boolean"}                         | ''    | x: must be yes or no
                    {"type":"integer","minimum":1,"maximum":5} | 6     | x: is 6; give at most 5
                    {"type":"integer"}                         | 1.5   | x: is 1.5; give a whole number
                    {"type":"number","minimum":0}              | -1    | x: is -1; give at least 0
                    {"type":"number"}                          | x     | x: must be a number
                    {"type":"string","minLength":1}            | ''    | x: has 0 characters; give at least 1
                    {"type":"string","maxLength":2}            | abc   | x: has 3 characters; give at most 2
                    {"enum":["a","b"]}                         | c     | x: must be a or b
                    {"type":"object"}                          | {     | x: must be JSON
                    """)
    void whatDoesNotFitSaysWhatWould(String schema, String line, String fault) {
        assertEquals(fault, read(schema, true, line).fault());
    }

    @Test
    void whatIsNotRequiredMayBeLeftOut() {
        FormField.Reading reading = read("{\"type\":\"integer\"}", false, " ");

        assertFalse(reading.isWrong());
        assertFalse(reading.value().isPresent());
    }

    @Test
    void theQuestionTellsTypeTitleAndDefault() {
        AnswerForm form = form("""
                        {"type":"object","required":["approved"],"properties":{
                          "approved":{"type":"boolean","title":"Good enough?"},
                          "stars":{"type":"integer","minimum":1,"maximum":5,"default":3}}}""");

        assertEquals(
                List.of(
                        "approved, Good enough? (yes or no): ",
                        "stars (a whole number from 1 to 5, may be left empty) [3]: "),
                form.fields().stream().map(FormField::question).toList());
    }

    @Test
    void aSchemaWithoutPropertiesIsOneNamelessQuestion() {
        assertEquals(
                List.of("answer (JSON): "),
                form("").fields().stream().map(FormField::question).toList());
    }

    private static FormField.Reading read(String schema, boolean required, String line) {
        String form = "{\"properties\":{\"x\":" + schema + "},\"required\":[" + (required ? "\"x\"" : "") + "]}";
        AnswerForm answer =
                AnswerForm.of(HumanRequest.newBuilder().setFormSchema(form).build());
        return answer.read(answer.fields().get(0), line);
    }

    private static AnswerForm form(String schema) {
        return AnswerForm.of(HumanRequest.newBuilder().setFormSchema(schema).build());
    }
}
