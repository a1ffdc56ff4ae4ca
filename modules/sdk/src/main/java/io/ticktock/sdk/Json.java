package io.ticktock.sdk;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plain trees to JSON and back. A tree is made of Map with String keys, List, String, Boolean, null, Long for integers
 * and Double for other numbers. An integer outside the range of Long becomes the nearest Double, as in most languages.
 * The order of keys is kept.
 */
public final class Json {

    /** How deeply lists and maps may nest, both ways. */
    public static final int MAX_DEPTH = 64;

    private static final int MAX_TEXT_CHARS = 1 << 28;
    private static final int TYPICAL_BYTES = 256;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_TEXT_CHARS)
                    .build())
            .build();

    private Json() {}

    /** Reads exactly one JSON value in UTF-8; the tree is unmodifiable. Throws {@link JsonException}. */
    public static Object parse(ByteString bytes) {
        try (JsonParser parser = FACTORY.createParser(bytes.newInput())) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new JsonException("not valid JSON: there is nothing");
            }
            Object tree = read(parser, first);
            if (parser.nextToken() != null) {
                throw new JsonException("not valid JSON: there is more behind the value, at "
                        + position(parser.currentTokenLocation()));
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw new JsonException(
                    "not valid JSON at " + position(e.getLocation()) + ": " + firstSentence(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new JsonException("not valid JSON: not UTF-8", e);
        }
    }

    /** As {@link #parse(ByteString)}. */
    public static Object parse(String text) {
        return parse(ByteString.copyFromUtf8(text));
    }

    /**
     * Writes a tree as JSON in UTF-8. Besides what {@link #parse} gives, it takes every boxed number and keys that are
     * integers or booleans. Throws {@link JsonException} for anything else, NaN and infinities among it.
     */
    public static ByteString write(Object tree) {
        ByteString.Output output = ByteString.newOutput(TYPICAL_BYTES);
        try (JsonGenerator generator = FACTORY.createGenerator(output)) {
            write(generator, tree, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return output.toByteString();
    }

    private static Object read(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> readMap(parser);
            case START_ARRAY -> readList(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> readInteger(parser);
            case VALUE_NUMBER_FLOAT -> finite(parser);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                throw new JsonException("not valid JSON at " + position(parser.currentTokenLocation()));
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

    private static Object readInteger(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> finite(parser);
        };
    }

    private static Double finite(JsonParser parser) throws IOException {
        double value = parser.getDoubleValue();
        if (Double.isInfinite(value)) {
            throw new JsonException("a number at " + position(parser.currentTokenLocation()) + " is too large");
        }
        return value;
    }

    private static void write(JsonGenerator generator, Object tree, int depth) throws IOException {
        if (tree == null) {
            generator.writeNull();
        } else if (tree instanceof String text) {
            generator.writeString(text);
        } else if (tree instanceof Boolean bool) {
            generator.writeBoolean(bool);
        } else if (tree instanceof Number number) {
            writeNumber(generator, number);
        } else if (tree instanceof Map<?, ?> map) {
            writeMap(generator, map, deeper(depth));
        } else if (tree instanceof List<?> list) {
            writeList(generator, list, deeper(depth));
        } else {
            throw new JsonException("a " + tree.getClass().getSimpleName()
                    + " cannot be written as JSON; use maps, lists, text, numbers, booleans and null");
        }
    }

    private static void writeMap(JsonGenerator generator, Map<?, ?> map, int depth) throws IOException {
        generator.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            generator.writeFieldName(key(entry.getKey()));
            write(generator, entry.getValue(), depth);
        }
        generator.writeEndObject();
    }

    private static void writeList(JsonGenerator generator, List<?> list, int depth) throws IOException {
        generator.writeStartArray();
        for (Object element : list) {
            write(generator, element, depth);
        }
        generator.writeEndArray();
    }

    private static void writeNumber(JsonGenerator generator, Number number) throws IOException {
        if (number instanceof Long || number instanceof Integer || number instanceof Short || number instanceof Byte) {
            generator.writeNumber(number.longValue());
            return;
        }
        if (!(number instanceof Double || number instanceof Float)) {
            throw new JsonException("a " + number.getClass().getSimpleName()
                    + " cannot be written as JSON; use Long or Double for numbers");
        }
        double value = number.doubleValue();
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new JsonException("JSON has no number " + value + "; check for a division by zero");
        }
        generator.writeNumber(value);
    }

    private static String key(Object key) {
        if (key instanceof String text) {
            return text;
        }
        if (key instanceof Long || key instanceof Integer || key instanceof Boolean) {
            return key.toString();
        }
        throw new JsonException("a map with the key " + key + " cannot be written as JSON; keys are text");
    }

    private static int deeper(int depth) {
        if (depth == MAX_DEPTH) {
            throw new JsonException("lists and maps nest deeper than " + MAX_DEPTH + " levels");
        }
        return depth + 1;
    }

    private static String position(com.fasterxml.jackson.core.JsonLocation location) {
        return location == null
                ? "an unknown place"
                : "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static String firstSentence(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
