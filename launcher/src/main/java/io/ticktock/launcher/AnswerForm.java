package io.ticktock.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.graph.expression.PlainJson;
import io.ticktock.graph.settings.BoundedSchema;
import io.ticktock.proto.v1.HumanRequest;
import java.util.ArrayList;
import java.util.List;

/** What an answer to a question must look like, as a whole and value by value. */
final class AnswerForm {

    private final JsonNode schema;

    private AnswerForm(JsonNode schema) {
        this.schema = schema;
    }

    /** A request without a schema takes any JSON. */
    static AnswerForm of(HumanRequest request) {
        return new AnswerForm(Json.parse(request.getFormSchema()).orElseGet(Json::object));
    }

    /** The properties of an object's schema in their order; a single nameless field for any other schema. */
    List<FormField> fields() {
        JsonNode properties = schema.path("properties");
        if (properties.isEmpty()) {
            return List.of(new FormField("", schema, true));
        }
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        return properties.properties().stream()
                .map(property ->
                        new FormField(property.getKey(), property.getValue(), required.contains(property.getKey())))
                .toList();
    }

    /** What is wrong with a whole answer; empty when nothing is. */
    List<String> faultsOf(JsonNode answer) {
        return faults(schema, answer);
    }

    /** What was typed for one field, checked by its part of the schema. */
    FormField.Reading read(FormField field, String line) {
        FormField.Reading reading = field.read(line);
        if (reading.isWrong() && !field.name().isEmpty()) {
            return FormField.Reading.wrong(field.name() + ": " + reading.fault());
        }
        return reading.value()
                .map(value -> faultsOf(field, value))
                .filter(faults -> !faults.isEmpty())
                .map(faults -> FormField.Reading.wrong(String.join("; ", faults)))
                .orElse(reading);
    }

    private List<String> faultsOf(FormField field, JsonNode value) {
        if (field.name().isEmpty()) {
            return faultsOf(value);
        }
        ObjectNode part = Json.object();
        part.putObject("properties").set(field.name(), field.schema());
        if (schema.has("$defs")) {
            part.set("$defs", schema.get("$defs"));
        }
        return faults(part, Json.object().set(field.name(), value));
    }

    private static List<String> faults(JsonNode schema, JsonNode answer) {
        return BoundedSchema.parse(Json.text(schema)).faultsOf(PlainJson.parse(Json.text(answer)));
    }
}
