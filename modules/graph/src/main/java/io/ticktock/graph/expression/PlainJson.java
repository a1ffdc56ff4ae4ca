package io.ticktock.graph.expression;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plain trees to JSON text and back: Map with String keys, List, String, Boolean, null, Long for integers and Double
 * for other numbers. An integer outside the range of Long becomes the nearest Double. The order of keys is kept.
 */
public final class PlainJson {

    private static final int MAX_DEPTH = 64;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Limits.MAX_TEXT_CHARS)
                    .build())
            .build();

    private PlainJson() {}

    /** Reads exactly one JSON value; the tree is unmodifiable. Throws {@link ExpressionFailure} for anything else. */
    public static Object parse(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new ExpressionFailure("the text is not valid JSON: it is empty");
            }
            Object tree = read(parser, first);
            if (parser.nextToken() != null) {
                throw new ExpressionFailure("the text is not valid JSON: there is more behind the value");
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw new ExpressionFailure("the text is not valid JSON: " + firstLine(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a tree as compact JSON, of at most 32 Mi characters. Throws {@link ExpressionFailure} if it is larger. */
    public static String write(Object tree) {
        BoundedWriter writer = new BoundedWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(writer)) {
            write(generator, tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return writer.toString();
    }

    private static Object read(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> readMap(parser);
            case START_ARRAY -> readList(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> finite(parser);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                throw new ExpressionFailure("the text is not valid JSON");
        };
    }

    private static Map<String, Object> readMap(JsonParser parser) throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            map.put(key, read(parser, parser.nextToken()));
        }
        return Collections.unmodifiableMap(map);
    }

    private static List<Object> readList(JsonParser parser) throws IOException {
        List<Object> list = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            list.add(read(parser, token));
        }
        return Collections.unmodifiableList(list);
    }

    private static Object integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> finite(parser);
        };
    }

    private static Double finite(JsonParser parser) throws IOException {
        double value = parser.getDoubleValue();
        if (Double.isInfinite(value)) {
            throw new ExpressionFailure("the text has a number that is too large");
        }
        return value;
    }

    private static void write(JsonGenerator generator, Object tree) throws IOException {
        if (tree == null) {
            generator.writeNull();
        } else if (tree instanceof String text) {
            generator.writeString(text);
        } else if (tree instanceof Boolean bool) {
            generator.writeBoolean(bool);
        } else if (tree instanceof Double || tree instanceof Float) {
            generator.writeNumber(((Number) tree).doubleValue());
        } else if (tree instanceof Number number) {
            generator.writeNumber(number.longValue());
        } else if (tree instanceof Map<?, ?> map) {
            writeMap(generator, map);
        } else if (tree instanceof List<?> list) {
            writeList(generator, list);
        } else {
            throw new IllegalArgumentException(
                    "not a plain tree: " + tree.getClass().getName());
        }
    }

    private static void writeMap(JsonGenerator generator, Map<?, ?> map) throws IOException {
        generator.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            generator.writeFieldName(String.valueOf(entry.getKey()));
            write(generator, entry.getValue());
        }
        generator.writeEndObject();
    }

    private static void writeList(JsonGenerator generator, List<?> list) throws IOException {
        generator.writeStartArray();
        for (Object element : list) {
            write(generator, element);
        }
        generator.writeEndArray();
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    /** Stops before memory is the bound. */
    private static final class BoundedWriter extends Writer {

        private final StringWriter text = new StringWriter();

        @Override
        public void write(char[] chars, int offset, int length) {
            if (text.getBuffer().length() + length > Limits.MAX_TEXT_CHARS) {
                throw new ExpressionFailure("the JSON is longer than " + Limits.MAX_TEXT_CHARS + " characters");
            }
            text.write(chars, offset, length);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
