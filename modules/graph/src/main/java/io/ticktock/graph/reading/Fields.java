package io.ticktock.graph.reading;

import io.ticktock.graph.expression.SimilarNames;
import io.ticktock.graph.settings.Durations;
import io.ticktock.graph.source.SourceMap;
import io.ticktock.graph.source.SourcePosition;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The fields of a map in a file, each taken by name and checked; what nobody takes is unknown. */
public final class Fields {

    private final SourcePosition position;
    private final String owner;
    private final Faults faults;
    private final Map<String, SourceMap.Entry> left = new LinkedHashMap<>();
    private final Set<String> known = new LinkedHashSet<>();

    private Fields(SourceMap map, SourcePosition position, String owner, Faults faults) {
        this.position = position;
        this.owner = owner;
        this.faults = faults;
        map.entries().forEach(entry -> left.put(entry.key(), entry));
    }

    /**
     * The fields of a value, or a fault when it is no map.
     *
     * @param position where faults of the map as a whole are shown
     * @param owner whose fields they are, for messages
     */
    public static Optional<Fields> of(SourceValue value, SourcePosition position, String owner, Faults faults) {
        if (value instanceof SourceMap map) {
            return Optional.of(new Fields(map, position, owner, faults));
        }
        faults.add(value.position(), owner + " is not a map but " + value.kind(), "write it as key: value pairs");
        return Optional.empty();
    }

    /** A field that may be left out. */
    public Optional<SourceValue> take(String name) {
        known.add(name);
        return Optional.ofNullable(left.remove(name)).map(SourceMap.Entry::value);
    }

    /** A field that must be there; the example shows how. */
    public Optional<SourceValue> need(String name, String example) {
        Optional<SourceValue> value = take(name);
        if (value.isEmpty()) {
            faults.add(position, owner + " has no " + name, "add " + name + ": " + example);
        }
        return value;
    }

    /** Any scalar as it is written, for what looks like a number but is a name. */
    public Optional<SourceScalar> needScalar(String name, String example) {
        return need(name, example).flatMap(value -> {
            if (value instanceof SourceScalar scalar && scalar.plain() != null) {
                return Optional.of(scalar);
            }
            faults.add(value.position(), name + " is not a text but " + value.kind(), "write " + name + ": " + example);
            return Optional.empty();
        });
    }

    /** A whole number in this range, or the default. */
    public int takeInt(String name, int min, int max, int absent) {
        return take(name)
                .map(value -> wholeNumber(name, value, min, max, absent))
                .orElse(absent);
    }

    /** A whole number in this range, which must be there; after a fault the example. */
    public int needInt(String name, int min, int max, int example) {
        return need(name, Integer.toString(example))
                .map(value -> wholeNumber(name, value, min, max, example))
                .orElse(example);
    }

    /** A number in this range, or the default. */
    public double takeDouble(String name, double min, double max, double absent) {
        Optional<SourceValue> value = take(name);
        if (value.isEmpty()) {
            return absent;
        }
        if (value.get().plain() instanceof Number number
                && number.doubleValue() >= min
                && number.doubleValue() <= max) {
            return number.doubleValue();
        }
        faults.add(
                value.get().position(),
                name + " is not a number from " + min + " to " + max,
                "write a number in this range, such as " + name + ": " + absent);
        return absent;
    }

    /** A duration in this range. */
    public Optional<Duration> takeDuration(String name, Duration min, Duration max) {
        return take(name).flatMap(value -> duration(name, value, min, max));
    }

    /** All that nobody took. */
    public Map<String, SourceValue> rest() {
        Map<String, SourceValue> rest = new LinkedHashMap<>();
        left.forEach((name, entry) -> rest.put(name, entry.value()));
        left.clear();
        return rest;
    }

    /** Whatever nobody took is a fault. */
    public void end() {
        left.values()
                .forEach(entry -> faults.add(
                        entry.position(),
                        owner + " has no setting " + Faults.shown(entry.key()),
                        SimilarNames.closest(entry.key(), known)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("remove it, or use one of " + String.join(", ", known))));
        left.clear();
    }

    public SourcePosition position() {
        return position;
    }

    private int wholeNumber(String name, SourceValue value, int min, int max, int example) {
        if (value.plain() instanceof Long number && number >= min && number <= max) {
            return number.intValue();
        }
        faults.add(
                value.position(),
                name + " is not a whole number from " + min + " to " + max,
                "write a number in this range, such as " + name + ": " + example);
        return example;
    }

    private Optional<Duration> duration(String name, SourceValue value, Duration min, Duration max) {
        String text = value instanceof SourceScalar scalar ? scalar.text() : "";
        Optional<Duration> duration = Durations.parse(text);
        if (duration.isPresent()
                && duration.get().compareTo(min) >= 0
                && duration.get().compareTo(max) <= 0) {
            return duration;
        }
        String range = "from " + Durations.format(min) + " to " + Durations.format(max);
        faults.add(
                value.position(),
                name + " is not a duration " + range + (text.isEmpty() ? "" : ": " + Faults.shown(text)),
                "write a whole number and a unit (ms, s, m, h, d), such as " + name + ": 10s");
        return Optional.empty();
    }
}
