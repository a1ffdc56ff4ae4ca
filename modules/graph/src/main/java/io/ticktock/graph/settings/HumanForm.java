package io.ticktock.graph.settings;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.resource.DisallowSchemaLoader;
import io.ticktock.graph.expression.PlainJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What an answer must look like: a JSON Schema (2020-12) that stands on its own. Patterns are RE2, so that no answer can
 * keep a thread busy. Thread-safe.
 */
public final class HumanForm {

    private static final int MAX_FAULTS = 20;

    /** Parts of a schema that hold values, not schemas. */
    private static final Set<String> VALUES = Set.of("const", "enum", "default", "examples");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final SchemaValidatorsConfig CONFIGURATION = SchemaValidatorsConfig.builder()
            .pathType(PathType.JSON_POINTER)
            .locale(Locale.ENGLISH)
            .formatAssertionsEnabled(true)
            .regularExpressionFactory(HumanForm::linearTime)
            .build();

    private static final JsonSchema META = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(SchemaLocation.of(SchemaId.V202012), CONFIGURATION);

    /** Loads nothing: a form never makes anybody fetch anything. */
    private static final JsonSchemaFactory FORMS = JsonSchemaFactory.getInstance(
            SpecVersion.VersionFlag.V202012,
            builder -> builder.schemaLoaders(loaders -> loaders.add(DisallowSchemaLoader.getInstance())));

    private final Map<?, ?> tree;
    private final String schema;
    private final JsonSchema validator;

    private HumanForm(Map<?, ?> tree, JsonSchema validator) {
        this.tree = tree;
        this.schema = PlainJson.write(tree);
        this.validator = validator;
    }

    /**
     * A fault of a schema.
     *
     * @param path keys and indexes that lead to it
     */
    public record SchemaFault(List<String> path, String message) {}

    /** What is wrong with a plain tree as a schema; empty when {@link #of} takes it. */
    public static List<SchemaFault> faultsOfSchema(Object tree) {
        if (!(tree instanceof Map<?, ?>)) {
            return List.of(new SchemaFault(List.of(), "a form is a JSON Schema, so it must be a map"));
        }
        List<SchemaFault> faults = new ArrayList<>();
        findUnsupported(tree, List.of(), faults);
        for (ValidationMessage message : META.validate(MAPPER.valueToTree(tree))) {
            if (faults.size() < MAX_FAULTS) {
                faults.add(new SchemaFault(path(message), message.getError()));
            }
        }
        return faults;
    }

    /** The form of a plain tree. Throws IllegalArgumentException when it has faults. */
    public static HumanForm of(Object tree) {
        List<SchemaFault> faults = faultsOfSchema(tree);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("not a form: " + faults.get(0).message());
        }
        return new HumanForm((Map<?, ?>) tree, FORMS.getSchema(MAPPER.valueToTree(tree), CONFIGURATION));
    }

    /** The form of a schema as JSON text. Throws IllegalArgumentException when it has faults. */
    public static HumanForm parse(String schema) {
        return of(PlainJson.parse(schema));
    }

    /** What is wrong with an answer, given as a plain tree, in words for the person; empty when nothing is. */
    public List<String> faultsOf(Object answer) {
        try {
            return validator.validate(MAPPER.valueToTree(answer)).stream()
                    .limit(MAX_FAULTS)
                    .map(HumanForm::describe)
                    .toList();
        } catch (StackOverflowError e) {
            return List.of("the answer nests too deeply");
        }
    }

    /** The schema as JSON text. */
    public String schema() {
        return schema;
    }

    /** The schema as a plain tree. */
    public Map<?, ?> tree() {
        return tree;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HumanForm form && schema.equals(form.schema);
    }

    @Override
    public int hashCode() {
        return schema.hashCode();
    }

    @Override
    public String toString() {
        return schema;
    }

    private static void findUnsupported(Object tree, List<String> path, List<SchemaFault> faults) {
        if (tree instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                findUnsupported(list.get(i), with(path, Integer.toString(i)), faults);
            }
        }
        if (!(tree instanceof Map<?, ?> map)) {
            return;
        }
        map.forEach((key, value) -> {
            List<String> place = with(path, String.valueOf(key));
            checkKeyword(String.valueOf(key), value, place, faults);
            if (!VALUES.contains(key)) {
                findUnsupported(value, place, faults);
            }
        });
    }

    private static void checkKeyword(String keyword, Object value, List<String> place, List<SchemaFault> faults) {
        if (keyword.equals("patternProperties") && value instanceof Map<?, ?> patterns) {
            patterns.keySet().forEach(pattern -> checkPattern(String.valueOf(pattern), place, faults));
        }
        if (!(value instanceof String text)) {
            return;
        }
        if (keyword.equals("pattern")) {
            checkPattern(text, place, faults);
        } else if (keyword.equals("$ref") || keyword.equals("$dynamicRef")) {
            if (!text.startsWith("#")) {
                faults.add(new SchemaFault(place, "a form can only refer to its own parts, such as #/$defs/name"));
            }
        } else if (keyword.equals("$schema") && !text.equals(SchemaId.V202012)) {
            faults.add(new SchemaFault(place, "a form is written in " + SchemaId.V202012));
        } else if (keyword.equals("$id")) {
            faults.add(new SchemaFault(place, "a form has no $id"));
        }
    }

    private static void checkPattern(String pattern, List<String> place, List<SchemaFault> faults) {
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            faults.add(new SchemaFault(
                    place, "the pattern is not a regular expression as RE2 knows them: " + e.getDescription()));
        }
    }

    private static RegularExpression linearTime(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return text -> pattern.matcher(text).find();
    }

    private static List<String> path(ValidationMessage message) {
        List<String> path = new ArrayList<>();
        for (int i = 0; i < message.getInstanceLocation().getNameCount(); i++) {
            path.add(String.valueOf(message.getInstanceLocation().getElement(i)));
        }
        return path;
    }

    private static String describe(ValidationMessage message) {
        String place = String.join(".", path(message));
        return (place.isEmpty() ? "the answer" : place) + ": " + message.getError();
    }

    private static List<String> with(List<String> path, String last) {
        List<String> longer = new ArrayList<>(path);
        longer.add(last);
        return List.copyOf(longer);
    }
}
