package io.ticktock.graph.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gathers the entries of a map and finds keys that come twice. */
final class MapEntries {

    private final List<SourceFault> faults;
    private final Map<String, SourceMap.Entry> entries = new LinkedHashMap<>();

    MapEntries(List<SourceFault> faults) {
        this.faults = faults;
    }

    void add(String key, SourcePosition position, SourceValue value) {
        SourceMap.Entry first = entries.putIfAbsent(key, new SourceMap.Entry(key, position, value));
        if (first != null) {
            faults.add(new SourceFault(
                    position,
                    "the key " + key + " is here a second time",
                    "keep one: the first is in line " + first.position().line()));
        }
    }

    List<SourceMap.Entry> inOrder() {
        return new ArrayList<>(entries.values());
    }
}
