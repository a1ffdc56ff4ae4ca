package io.ticktock.graph.source;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A map in a file.
 *
 * @param entries in the order of the file, no key twice
 */
public record SourceMap(SourcePosition position, List<Entry> entries) implements SourceValue {

    /** A key, where it stands, and its value. */
    public record Entry(String key, SourcePosition position, SourceValue value) {}

    @Override
    public Object plain() {
        Map<String, Object> plain = new LinkedHashMap<>();
        entries.forEach(entry -> plain.put(entry.key(), entry.value().plain()));
        return Collections.unmodifiableMap(plain);
    }

    @Override
    public String kind() {
        return "a map";
    }
}
