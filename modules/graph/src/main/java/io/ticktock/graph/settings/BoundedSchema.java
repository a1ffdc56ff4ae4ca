package io.ticktock.graph.settings;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.AnnotationKeyword;
import com.networknt.schema.JsonMetaSchema;
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
import io.ticktock.graph.expression.BoundedPattern;
import io.ticktock.graph.expression.PlainJson;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What an answer must look like, whether a person, a model or a graph gives it: a JSON Schema (2020-12) that stands on its
 * own, without circles, whose patterns are RE2. Neither a schema nor an answer can keep a thread busy for more than about a
 * second. Thread-safe.
 */
public final class BoundedSchema {

    /** More than so many are not listed. */
    static final int MAX_FAULTS = 20;

    /** Of an answer: its values, and its texts by the hundred characters. */
    private static final long MAX_ANSWER_SIZE = 20_000;

    /** Size of the answer times weight of the schema. */
    private static final long MAX_WORK = 2_000_000;

    private static final int MAX_ANSWER_DEPTH = 64;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final SchemaValidatorsConfig CONFIGURATION = SchemaValidatorsConfig.builder()
            .pathType(PathType.JSON_POINTER)
            .locale(Locale.ENGLISH)
            .formatAssertionsEnabled(true)
            .regularExpressionFactory(BoundedSchema::bounded)
            .build();

    private static final JsonSchema META = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(SchemaLocation.of(SchemaId.V202012), CONFIGURATION);

    /** Knows only schemas it is given: none of them makes anybody fetch anything. */
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.builder(
                    JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012))
            .metaSchema(JsonMetaSchema.builder(JsonMetaSchema.getV202012())
                    .formats(formats -> formats.replaceAll((name, format) -> new ShortTextFormat(format)))
                    .unknownKeywordFactory((keyword, context) -> new AnnotationKeyword(keyword))
                    .build())
            .schemaLoaders(loaders -> loaders.add(DisallowSchemaLoader.getInstance()))
            .enableSchemaCache(false)
            .build();

    private final Map<?, ?> tree;
    private final String json;
    private final long weight;
    private final JsonSchema validator;

    private BoundedSchema(Map<?, ?> tree, long weight, JsonSchema validator) {
        this.tree = tree;
        this.json = PlainJson.write(tree);
        this.weight = weight;
        this.validator = validator;
    }

    /**
     * A fault of a schema.
     *
     * @param path keys and indexes that lead to it
     * @param message what is wrong; what would be right
     */
    public record SchemaFault(List<String> path, String message) {

        @Override
        public String toString() {
            return (path.isEmpty() ? "" : String.join(".", path) + ": ") + message;
        }
    }

    /** What is wrong with a plain tree as a schema; empty when {@link #of} takes it. */
    public static List<SchemaFault> faultsOfSchema(Object tree) {
        return faultsOfSchema(tree, SchemaShape.of(tree));
    }

    private static List<SchemaFault> faultsOfSchema(Object tree, SchemaShape shape) {
        if (!(tree instanceof Map<?, ?>)) {
            return List.of(new SchemaFault(List.of(), "a JSON Schema must be a map here"));
        }
        List<SchemaFault> faults = new ArrayList<>(shape.faults());
        for (ValidationMessage message : META.validate(MAPPER.valueToTree(tree))) {
            AnswerFault fault = AnswerFault.of(message);
            boolean known = faults.stream().anyMatch(found -> isInside(found.path(), fault.path()));
            if (!known && faults.size() < MAX_FAULTS) {
                faults.add(new SchemaFault(fault.path(), fault.words()));
            }
        }
        return faults;
    }

    /** Whether one of the paths leads to a part of what the other one leads to. */
    private static boolean isInside(List<String> one, List<String> other) {
        int common = Math.min(one.size(), other.size());
        return one.subList(0, common).equals(other.subList(0, common));
    }

    /** The schema of a plain tree. Throws IllegalArgumentException when it has faults. */
    public static BoundedSchema of(Object tree) {
        SchemaShape shape = SchemaShape.of(tree);
        List<SchemaFault> faults = faultsOfSchema(tree, shape);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("not a schema: " + faults.get(0));
        }
        JsonSchema validator = SCHEMAS.getSchema(MAPPER.valueToTree(tree), CONFIGURATION);
        return new BoundedSchema((Map<?, ?>) tree, shape.weight(), validator);
    }

    /** The schema of JSON text. Throws IllegalArgumentException when it has faults. */
    public static BoundedSchema parse(String json) {
        return of(PlainJson.parse(json));
    }

    /** What is wrong with an answer, given as a plain tree, in words for the person; empty when nothing is. */
    public List<String> faultsOf(Object answer) {
        long size = size(answer, 0);
        if (size > MAX_ANSWER_SIZE || size * weight > MAX_WORK) {
            return List.of("the answer: is too large for this form; give less");
        }
        List<String> faults = AnswerFault.describe(validator.validate(MAPPER.valueToTree(answer)));
        if (faults.size() <= MAX_FAULTS) {
            return faults;
        }
        List<String> first = new ArrayList<>(faults.subList(0, MAX_FAULTS));
        first.add("and " + (faults.size() - MAX_FAULTS) + " more");
        return first;
    }

    /** The schema as JSON text. */
    public String json() {
        return json;
    }

    /** The schema as a plain tree. */
    public Map<?, ?> tree() {
        return tree;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BoundedSchema schema && json.equals(schema.json);
    }

    @Override
    public int hashCode() {
        return json.hashCode();
    }

    @Override
    public String toString() {
        return json;
    }

    /** One too deep counts as one too large. */
    private static long size(Object tree, int depth) {
        if (depth > MAX_ANSWER_DEPTH) {
            return MAX_ANSWER_SIZE + 1;
        }
        if (tree instanceof String text) {
            return 1L + text.length() / 100;
        }
        Collection<?> children =
                tree instanceof Map<?, ?> map ? map.values() : tree instanceof List<?> list ? list : List.of();
        long size = 1;
        for (Object child : children) {
            size += size(child, depth + 1);
        }
        return size;
    }

    private static RegularExpression bounded(String pattern) {
        return BoundedPattern.compile(pattern)::isIn;
    }
}
