package io.ticktock.graph.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads JSON. */
final class JsonSource {

    private static final Pattern INTERNALS = Pattern.compile(" \\((start marker|for|not recognized) .*|: enable `.*");

    private static final JsonFactory FACTORY = new JsonFactory();

    private final SourceText text;
    private final List<SourceFault> faults;
    private final JsonParser parser;

    private JsonSource(SourceText text, List<SourceFault> faults, JsonParser parser) {
        this.text = text;
        this.faults = faults;
        this.parser = parser;
    }

    static Optional<SourceValue> read(SourceText text, List<SourceFault> faults) {
        try (JsonParser parser = FACTORY.createParser(text.text())) {
            JsonSource source = new JsonSource(text, faults, parser);
            SourceValue value = source.value(parser.nextToken(), 0);
            if (parser.nextToken() != null) {
                throw new SourceException(
                        source.position(),
                        "there is more behind the end of the document",
                        "keep one document per file");
            }
            return Optional.of(value);
        } catch (SourceException e) {
            faults.add(e.fault());
        } catch (JsonProcessingException e) {
            faults.add(new SourceFault(
                    place(text, e.getLocation()),
                    "not valid JSON: " + firstSentence(e.getOriginalMessage()),
                    "check quotes, commas and brackets at this place"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Optional.empty();
    }

    private SourceValue value(JsonToken token, int depth) throws IOException {
        if (token == null) {
            throw new SourceException(position(), "the document ends too early", "close what is open");
        }
        SourcePosition position = position();
        return switch (token) {
            case START_OBJECT -> map(position, SourceException.deeper(depth, position));
            case START_ARRAY -> list(position, SourceException.deeper(depth, position));
            case VALUE_STRING -> scalar(position, parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(position, number(position));
            case VALUE_TRUE -> scalar(position, true);
            case VALUE_FALSE -> scalar(position, false);
            case VALUE_NULL -> scalar(position, null);
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                throw new SourceException(position, "not valid JSON", "check the brackets at this place");
        };
    }

    private Object number(SourcePosition position) throws IOException {
        return ScalarValue.number(parser.getText())
                .orElseThrow(() -> new SourceException(position, "the number is too large", "put it into quotes"));
    }

    private SourceMap map(SourcePosition position, int depth) throws IOException {
        MapEntries entries = new MapEntries(faults);
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            SourcePosition at = position();
            entries.add(key, at, value(parser.nextToken(), depth));
        }
        return new SourceMap(position, entries.inOrder());
    }

    private SourceList list(SourcePosition position, int depth) throws IOException {
        List<SourceValue> elements = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            elements.add(value(token, depth));
        }
        return new SourceList(position, List.copyOf(elements));
    }

    private SourceScalar scalar(SourcePosition position, Object plain) throws IOException {
        int offset = text.offsetOf((int) parser.currentTokenLocation().getCharOffset());
        boolean quoted = plain instanceof String && text.at(offset) == '"';
        Spelling spelling = new Spelling(
                text, quoted ? offset + 1 : offset, quoted ? Spelling.Style.DOUBLE_QUOTED : Spelling.Style.BARE);
        return new SourceScalar(position, plain, parser.getText(), spelling);
    }

    private SourcePosition position() {
        return place(text, parser.currentTokenLocation());
    }

    private static SourcePosition place(SourceText text, JsonLocation location) {
        return location == null || location.getCharOffset() < 0
                ? SourcePosition.START
                : text.position(text.offsetOf((int) location.getCharOffset()));
    }

    /** Without what only those can change who write the parser. */
    private static String firstSentence(String message) {
        String line = message.lines().findFirst().orElse("");
        return INTERNALS.matcher(line).replaceFirst("").replaceAll("\\s*[:(]\\s*$", "");
    }
}
