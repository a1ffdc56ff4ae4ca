package io.ticktock.graph.source;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A list in a file. */
public record SourceList(SourcePosition position, List<SourceValue> elements) implements SourceValue {

    @Override
    public Object plain() {
        List<Object> plain = new ArrayList<>();
        elements.forEach(element -> plain.add(element.plain()));
        return Collections.unmodifiableList(plain);
    }

    @Override
    public String kind() {
        return "a list";
    }
}
