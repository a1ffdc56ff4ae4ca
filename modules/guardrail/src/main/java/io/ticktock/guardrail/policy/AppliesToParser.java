package io.ticktock.guardrail.policy;

import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.Fields;
import io.ticktock.graph.source.SourceList;
import io.ticktock.graph.source.SourceMap;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import io.ticktock.proto.v1.NodeKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads what a policy applies to. */
final class AppliesToParser {

    private static final int MAX_GLOBS = 100;
    private static final int MAX_GLOB_CHARS = 256;
    private static final Pattern LABEL = Pattern.compile("[a-z][a-z0-9_./-]{0,63}");

    private final Faults faults;

    AppliesToParser(Faults faults) {
        this.faults = faults;
    }

    /** All, after a fault. */
    AppliesTo parse(SourceValue value) {
        return Fields.of(value, value.position(), "applies_to", faults)
                .map(this::parse)
                .orElse(AppliesTo.ALL);
    }

    private AppliesTo parse(Fields fields) {
        List<Glob> graphs = globs("graphs", fields);
        List<Glob> versions = globs("versions", fields);
        List<Glob> nodes = globs("nodes", fields);
        Set<NodeKind> kinds = fields.take("kinds").map(this::kinds).orElse(Set.of());
        Map<String, Glob> labels = fields.take("labels").map(this::labels).orElse(Map.of());
        fields.end();
        return new AppliesTo(graphs, versions, nodes, kinds, labels);
    }

    private List<Glob> globs(String name, Fields fields) {
        List<Glob> globs = new ArrayList<>();
        fields.take(name)
                .ifPresent(value -> elements(name, value)
                        .forEach(element -> glob(name, element).ifPresent(globs::add)));
        return List.copyOf(globs);
    }

    private List<SourceValue> elements(String name, SourceValue value) {
        if (value instanceof SourceList list
                && !list.elements().isEmpty()
                && list.elements().size() <= MAX_GLOBS) {
            return list.elements();
        }
        faults.add(
                value.position(),
                name + " is not a list of 1 to " + MAX_GLOBS + " texts",
                "list what is meant, as in " + name + ": [\"*\"], or leave it out to mean all");
        return List.of();
    }

    private Optional<Glob> glob(String name, SourceValue value) {
        if (value instanceof SourceScalar scalar
                && scalar.plain() != null
                && !scalar.text().isEmpty()
                && scalar.text().length() <= MAX_GLOB_CHARS) {
            return Optional.of(new Glob(scalar.text()));
        }
        faults.add(
                value.position(),
                name + " holds something that is not a text of 1 to " + MAX_GLOB_CHARS + " characters",
                "write a name, in which * stands for any characters");
        return Optional.empty();
    }

    private Set<NodeKind> kinds(SourceValue value) {
        Set<NodeKind> kinds = EnumSet.noneOf(NodeKind.class);
        for (SourceValue element : elements("kinds", value)) {
            Object kind = element.plain();
            if ("task".equals(kind)) {
                kinds.add(NodeKind.NODE_KIND_TASK);
            } else if ("plan".equals(kind)) {
                kinds.add(NodeKind.NODE_KIND_PLAN);
            } else {
                faults.add(
                        element.position(), "there is no kind " + Faults.shown("" + kind), "use task or plan, or both");
            }
        }
        return Set.copyOf(kinds);
    }

    private Map<String, Glob> labels(SourceValue value) {
        if (!(value instanceof SourceMap map)
                || map.entries().isEmpty()
                || map.entries().size() > MAX_GLOBS) {
            faults.add(
                    value.position(),
                    "labels is not a map of 1 to " + MAX_GLOBS + " texts by name",
                    "write it as labels: {team: \"research-*\"}, or leave it out to mean all");
            return Map.of();
        }
        Map<String, Glob> labels = new LinkedHashMap<>();
        for (SourceMap.Entry entry : map.entries()) {
            if (!LABEL.matcher(entry.key()).matches()) {
                faults.add(
                        entry.position(),
                        Faults.shown(entry.key()) + " is not a name of a label",
                        "use small letters, digits, dots, slashes, underscores and hyphens, a letter first");
            }
            glob("labels", entry.value()).ifPresent(glob -> labels.put(entry.key(), glob));
        }
        return Map.copyOf(labels);
    }
}
