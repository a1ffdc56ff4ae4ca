package io.ticktock.graph.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/** Reads the part of YAML that says no more than JSON: one document, no anchors, no tags, keys that are text. */
final class YamlSource {

    private static final Pattern ENDLESS = Pattern.compile("[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

    private final SourceText text;
    private final List<SourceFault> faults;
    private final ParserImpl parser;

    private YamlSource(SourceText text, List<SourceFault> faults) {
        this.text = text;
        this.faults = faults;
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(SourceFile.MAX_BYTES);
        options.setNestingDepthLimit(2 * SourceFile.MAX_DEPTH);
        this.parser = new ParserImpl(new StreamReader(text.text()), options);
    }

    static Optional<SourceValue> read(SourceText text, List<SourceFault> faults) {
        try {
            return Optional.of(new YamlSource(text, faults).document());
        } catch (SourceException e) {
            faults.add(e.fault());
        } catch (MarkedYAMLException e) {
            faults.add(syntax(e));
        } catch (ReaderException e) {
            faults.add(new SourceFault(
                    text.position(e.getPosition()),
                    "the character with the code " + e.getCodePoint() + " is not allowed",
                    "remove it, or write it as an escape in double quotes"));
        } catch (YAMLException e) {
            faults.add(new SourceFault(SourcePosition.START, "not valid YAML", "check the syntax of the file"));
        }
        return Optional.empty();
    }

    private SourceValue document() {
        expect(Event.ID.StreamStart);
        if (parser.checkEvent(Event.ID.StreamEnd)) {
            throw new SourceException(SourcePosition.START, "the file is empty", "fill it, or remove it");
        }
        expect(Event.ID.DocumentStart);
        SourceValue value = value(0);
        expect(Event.ID.DocumentEnd);
        if (!parser.checkEvent(Event.ID.StreamEnd)) {
            throw new SourceException(
                    position(parser.peekEvent().getStartMark()),
                    "a second document starts here",
                    "keep one document per file");
        }
        return value;
    }

    private SourceValue value(int depth) {
        Event event = parser.getEvent();
        SourcePosition position = position(event.getStartMark());
        refuseExtras(event, position);
        if (event.is(Event.ID.MappingStart)) {
            return map(position, SourceException.deeper(depth, position));
        }
        if (event.is(Event.ID.SequenceStart)) {
            return list(position, SourceException.deeper(depth, position));
        }
        if (event instanceof ScalarEvent scalar) {
            return scalar(position, scalar);
        }
        throw new SourceException(position, "not valid YAML", "check the syntax at this place");
    }

    /** What says more than JSON could. */
    private static void refuseExtras(Event event, SourcePosition position) {
        if (event instanceof NodeEvent node && node.getAnchor() != null) {
            throw new SourceException(
                    position, "anchors and aliases are not allowed", "write the value out at each place");
        }
        String tag = null;
        if (event instanceof ScalarEvent scalar) {
            tag = scalar.getTag();
        } else if (event instanceof CollectionStartEvent collection) {
            tag = collection.getTag();
        }
        if (tag != null) {
            throw new SourceException(
                    position, "the tag " + tag + " is not allowed", "remove it, and put into quotes what is a text");
        }
    }

    private SourceMap map(SourcePosition position, int depth) {
        MapEntries entries = new MapEntries(faults);
        while (!parser.checkEvent(Event.ID.MappingEnd)) {
            SourceValue key = value(depth);
            if (!(key instanceof SourceScalar name)) {
                throw new SourceException(key.position(), "a key is not a text but " + key.kind(), "use a text as key");
            }
            if (name.text().equals("<<")) {
                throw new SourceException(
                        name.position(), "merging with << is not allowed", "write the values out at each place");
            }
            entries.add(name.text(), name.position(), value(depth));
        }
        parser.getEvent();
        return new SourceMap(position, entries.inOrder());
    }

    private SourceList list(SourcePosition position, int depth) {
        List<SourceValue> elements = new ArrayList<>();
        while (!parser.checkEvent(Event.ID.SequenceEnd)) {
            elements.add(value(depth));
        }
        parser.getEvent();
        return new SourceList(position, List.copyOf(elements));
    }

    private SourceScalar scalar(SourcePosition position, ScalarEvent event) {
        if (event.isPlain() && ENDLESS.matcher(event.getValue()).matches()) {
            faults.add(new SourceFault(
                    position, "JSON has no number " + event.getValue(), "use a number, or put a text into quotes"));
        }
        Object plain = event.isPlain() ? ScalarValue.of(event.getValue()) : event.getValue();
        return new SourceScalar(position, plain, event.getValue(), spelling(event));
    }

    private Spelling spelling(ScalarEvent event) {
        int start = event.getStartMark().getIndex();
        return switch (event.getScalarStyle()) {
            case DOUBLE_QUOTED -> new Spelling(text, start + 1, Spelling.Style.DOUBLE_QUOTED);
            case SINGLE_QUOTED -> new Spelling(text, start + 1, Spelling.Style.SINGLE_QUOTED);
            case LITERAL, FOLDED -> new Spelling(text, nextLine(start), Spelling.Style.BARE);
            case PLAIN, JSON_SCALAR_STYLE -> new Spelling(text, start, Spelling.Style.BARE);
        };
    }

    /** The text of a block starts behind its header. */
    private int nextLine(int offset) {
        int next = offset;
        while (text.at(next) >= 0 && text.at(next) != '\n') {
            next++;
        }
        return next + 1;
    }

    private void expect(Event.ID id) {
        Event event = parser.getEvent();
        if (!event.is(id)) {
            throw new SourceException(
                    position(event.getStartMark()), "not valid YAML", "check the syntax at this place");
        }
    }

    private static SourceFault syntax(MarkedYAMLException e) {
        Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
        SourcePosition position = mark == null ? SourcePosition.START : position(mark);
        String problem = String.valueOf(e.getProblem());
        if (problem.contains("TAB") || problem.contains("\\t")) {
            return new SourceFault(position, "a tab stands where YAML allows none", "indent with spaces");
        }
        if (problem.contains("unexpected end of stream")
                && String.valueOf(e.getContext()).contains("quoted")) {
            return new SourceFault(position, "a text in quotes is not closed", "add the \" or ' that closes it");
        }
        String context = e.getContext() == null ? "" : " " + e.getContext();
        return new SourceFault(
                position,
                "not valid YAML: " + problem + context,
                "check indentation, quotes and brackets at this place, and put texts with special characters in quotes");
    }

    private static SourcePosition position(Mark mark) {
        return new SourcePosition(mark.getLine() + 1, mark.getColumn() + 1);
    }
}
