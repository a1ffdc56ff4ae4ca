package io.ticktock.graph.settings;

import com.networknt.schema.Formats;
import com.networknt.schema.SchemaId;
import io.ticktock.graph.expression.BoundedPattern;
import io.ticktock.graph.expression.ExpressionFailure;
import io.ticktock.graph.expression.SimilarNames;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A schema, looked through for what JSON Schema allows and a bounded one does not: words it does not know, parts that are
 * elsewhere, and parts that go in circles or grow beyond the bounds when their references are followed.
 */
final class SchemaShape {

    private static final int MAX_PARTS = 5_000;
    private static final int MAX_WEIGHT = 5_000;
    private static final int MAX_HEIGHT = 128;

    private static final Set<String> WITH_SCHEMA = Set.of(
            "not",
            "if",
            "then",
            "else",
            "items",
            "contains",
            "additionalProperties",
            "propertyNames",
            "unevaluatedItems",
            "unevaluatedProperties",
            "contentSchema");

    private static final Set<String> WITH_SCHEMAS_IN_LIST = Set.of("allOf", "anyOf", "oneOf", "prefixItems");

    private static final String DEFINITIONS = "$defs";

    private static final Set<String> WITH_SCHEMAS_BY_NAME =
            Set.of("properties", "patternProperties", "dependentSchemas", DEFINITIONS);

    private static final Set<String> WITH_VALUES = Set.of(
            "type",
            "enum",
            "const",
            "multipleOf",
            "maximum",
            "exclusiveMaximum",
            "minimum",
            "exclusiveMinimum",
            "maxLength",
            "minLength",
            "pattern",
            "maxItems",
            "minItems",
            "uniqueItems",
            "maxContains",
            "minContains",
            "maxProperties",
            "minProperties",
            "required",
            "dependentRequired",
            "format",
            "title",
            "description",
            "default",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly",
            "contentEncoding",
            "contentMediaType",
            "$ref",
            "$schema",
            "$comment");

    /** For suggestions, in an order that does not change. */
    private static final Set<String> KEYWORDS = Stream.of(
                    WITH_SCHEMA, WITH_SCHEMAS_IN_LIST, WITH_SCHEMAS_BY_NAME, WITH_VALUES)
            .flatMap(Set::stream)
            .collect(Collectors.toCollection(TreeSet::new));

    /** Notes for whoever shows a form. */
    private static final String NOTE_PREFIX = "x-";

    private static final Set<String> OF_OTHER_SCHEMAS =
            Set.of("$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$vocabulary");

    private static final List<String> TYPES =
            List.of("string", "number", "integer", "boolean", "object", "array", "null");

    private static final Set<String> FORMATS =
            Formats.DEFAULT.stream().map(format -> format.getName()).collect(Collectors.toCollection(TreeSet::new));

    private final Map<List<String>, Part> parts = new LinkedHashMap<>();
    private final Map<List<String>, Size> sizes = new HashMap<>();
    private boolean tooDeep;
    private final List<BoundedSchema.SchemaFault> faults = new ArrayList<>();

    /** A schema within the schema. */
    private static final class Part {
        private long weight = 1;
        private final List<List<String>> children = new ArrayList<>();
        private Optional<List<String>> referred = Optional.empty();
    }

    /**
     * Of a part with all that it refers to.
     *
     * @param weight how much there is to check at one value, in parts and instructions of patterns
     * @param height how deep the checks nest
     */
    private record Size(long weight, int height) {

        static final Size UNKNOWN_YET = new Size(0, 0);
    }

    private SchemaShape() {}

    static SchemaShape of(Object tree) {
        SchemaShape shape = new SchemaShape();
        shape.visit(tree, List.of());
        if (shape.parts.size() > MAX_PARTS) {
            shape.addTooLarge();
        } else {
            shape.measure();
        }
        return shape;
    }

    List<BoundedSchema.SchemaFault> faults() {
        return faults;
    }

    /** How much there is to check at one value, at most. */
    long weight() {
        return sizes.getOrDefault(List.<String>of(), Size.UNKNOWN_YET).weight();
    }

    private void visit(Object tree, List<String> path) {
        Part part = new Part();
        parts.put(path, part);
        if (tree instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                String keyword = String.valueOf(key);
                List<String> place = with(path, keyword);
                checkKeyword(keyword, place);
                checkValue(part, keyword, value, place);
                visitSchemas(part, keyword, value, place);
            });
        }
    }

    private void visitSchemas(Part part, String keyword, Object value, List<String> place) {
        if (WITH_SCHEMA.contains(keyword)) {
            visitChild(part, value, place);
        } else if (WITH_SCHEMAS_IN_LIST.contains(keyword) && value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                visitChild(part, list.get(i), with(place, Integer.toString(i)));
            }
        } else if (keyword.equals(DEFINITIONS) && value instanceof Map<?, ?> map) {
            map.forEach((name, schema) -> visit(schema, with(place, String.valueOf(name))));
        } else if (WITH_SCHEMAS_BY_NAME.contains(keyword) && value instanceof Map<?, ?> map) {
            map.forEach((name, schema) -> visitChild(part, schema, with(place, String.valueOf(name))));
        }
    }

    private void visitChild(Part part, Object schema, List<String> place) {
        part.children.add(place);
        visit(schema, place);
    }

    private void checkKeyword(String keyword, List<String> place) {
        if (OF_OTHER_SCHEMAS.contains(keyword)) {
            add(place, "a schema stands on its own and has no " + keyword + "; refer to its parts as in #/$defs/name");
        } else if (!KEYWORDS.contains(keyword) && !keyword.startsWith(NOTE_PREFIX)) {
            add(place, "there is no keyword '" + keyword + "'; " + nearest(keyword, KEYWORDS));
        }
    }

    private void checkValue(Part part, String keyword, Object value, List<String> place) {
        switch (keyword) {
            case "$schema" -> checkDialect(value, place);
            case "$ref" -> checkReference(part, value, place);
            case "type" -> checkType(value, place);
            case "format" -> checkFormat(value, place);
            case "pattern" -> checkPattern(part, value, place);
            case "patternProperties" -> {
                if (value instanceof Map<?, ?> patterns) {
                    patterns.keySet().forEach(pattern -> checkPattern(part, pattern, with(place, pattern.toString())));
                }
            }
            default -> {}
        }
    }

    private void checkDialect(Object value, List<String> place) {
        if (!SchemaId.V202012.equals(value)) {
            add(place, "a schema is written in JSON Schema 2020-12; leave $schema out, or make it " + SchemaId.V202012);
        }
    }

    private void checkReference(Part part, Object value, List<String> place) {
        if (!(value instanceof String text) || !text.startsWith("#/")) {
            add(place, "a schema can only refer to its own parts, such as #/$defs/name");
            return;
        }
        List<String> target = new ArrayList<>();
        for (String step : text.substring(2).split("/", -1)) {
            target.add(decoded(step).replace("~1", "/").replace("~0", "~"));
        }
        part.referred = Optional.of(List.copyOf(target));
    }

    private static String decoded(String step) {
        try {
            return URLDecoder.decode(step.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return step;
        }
    }

    private void checkType(Object value, List<String> place) {
        if (value instanceof List<?> types) {
            for (int i = 0; i < types.size(); i++) {
                checkType(types.get(i), with(place, Integer.toString(i)));
            }
        } else if (value instanceof String name && !TYPES.contains(name)) {
            add(place, "there is no type '" + name + "'; " + nearest(name, TYPES));
        }
    }

    private void checkFormat(Object value, List<String> place) {
        if (value instanceof String name && !FORMATS.contains(name)) {
            add(place, "there is no format '" + name + "'; " + nearest(name, FORMATS));
        }
    }

    private void checkPattern(Part part, Object value, List<String> place) {
        if (value instanceof String pattern) {
            try {
                part.weight += BoundedPattern.compile(pattern).size();
            } catch (ExpressionFailure e) {
                add(place, e.getMessage());
            }
        }
    }

    private void measure() {
        parts.keySet().forEach(path -> sizeOf(path, 0));
        if (faults.isEmpty() && weight() > MAX_WEIGHT) {
            addTooLarge();
        }
    }

    /** Goes no deeper than a schema may be high, so that no chain of references is too long for the stack. */
    private Size sizeOf(List<String> path, int depth) {
        if (depth > MAX_HEIGHT) {
            addTooDeep(path);
        }
        Size known = tooDeep ? Size.UNKNOWN_YET : sizes.putIfAbsent(path, Size.UNKNOWN_YET);
        if (known != null) {
            return known;
        }
        Part part = parts.get(path);
        long weight = part.weight;
        int height = 0;
        for (List<String> child : part.children) {
            Size size = sizeOf(child, depth + 1);
            weight += size.weight();
            height = Math.max(height, size.height());
        }
        if (part.referred.isPresent()) {
            Size size = sizeOfReferred(part.referred.get(), with(path, "$ref"), depth + 1);
            weight += size.weight();
            height = Math.max(height, size.height());
        }
        Size size = new Size(Math.min(weight, Integer.MAX_VALUE), height + 1);
        if (size.height() > MAX_HEIGHT) {
            addTooDeep(path);
        }
        sizes.put(path, size);
        return size;
    }

    private Size sizeOfReferred(List<String> target, List<String> place, int depth) {
        if (!parts.containsKey(target)) {
            add(place, "the schema has no part #/" + String.join("/", target) + "; define it under " + DEFINITIONS);
            return Size.UNKNOWN_YET;
        }
        Size size = sizeOf(target, depth);
        if (size.equals(Size.UNKNOWN_YET) && !tooDeep) {
            add(place, "the schema goes in circles here; give it a depth, by a part of its own for each level");
        }
        return size;
    }

    private void addTooDeep(List<String> place) {
        if (!tooDeep) {
            add(place, "the parts of the schema nest deeper than " + MAX_HEIGHT + " levels; make it flatter");
        }
        tooDeep = true;
    }

    private void addTooLarge() {
        faults.add(new BoundedSchema.SchemaFault(
                List.of(), "the schema is too large when its references are followed; ask for less at a time"));
    }

    private void add(List<String> place, String message) {
        if (faults.size() < BoundedSchema.MAX_FAULTS) {
            faults.add(new BoundedSchema.SchemaFault(place, message));
        }
    }

    private static String nearest(String name, Iterable<String> known) {
        List<String> names = new ArrayList<>();
        known.forEach(names::add);
        return SimilarNames.closest(name, names)
                .map(near -> "did you mean " + near + "?")
                .orElse("use one of " + String.join(", ", names));
    }

    private static List<String> with(List<String> path, String last) {
        return Stream.concat(path.stream(), Stream.of(last)).toList();
    }
}
