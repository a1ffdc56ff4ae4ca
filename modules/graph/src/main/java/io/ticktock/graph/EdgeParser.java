package io.ticktock.graph;

import io.ticktock.graph.expression.SimilarNames;
import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads edges, such as {@code a -> b [JOIN any, on_failure route]}. */
final class EdgeParser {

    static final int MAX_JOINED = 1_000_000;

    private static final Pattern FORM =
            Pattern.compile("\\s*(\\S+)\\s*->\\s*([^\\s\\[\\]]+)\\s*(?:\\[([^\\[\\]]*)])?\\s*");
    private static final Pattern ANY_ARROW = Pattern.compile("(?s).*(-->|=>|→|>|\\bto\\b).*");
    private static final Pattern COUNT = Pattern.compile("-?[0-9]+");
    private static final List<String> OPTIONS =
            List.of("PARALLEL", "FINAL", "JOIN", "JOIN any", "JOIN all", "on_failure route");
    private static final String ON_FAILURE = "on_failure";

    private final Faults faults;
    private SourceScalar source;
    private Optional<EdgeType> type;
    private JoinConfiguration join;
    private boolean routesFailures;

    EdgeParser(Faults faults) {
        this.faults = faults;
    }

    /** The edge; nothing when it has faults. */
    Optional<ParsedEdge> parse(SourceValue value) {
        if (!(value instanceof SourceScalar scalar) || !(scalar.plain() instanceof String text)) {
            faults.add(value.position(), "the edge is not a text but " + value.kind(), "write it as a -> b");
            return Optional.empty();
        }
        source = scalar;
        type = Optional.empty();
        join = null;
        routesFailures = false;
        Matcher form = FORM.matcher(text);
        if (!form.matches() || form.group(1).contains("->") || form.group(2).contains("->")) {
            addBadForm(text);
            return Optional.empty();
        }
        int faultsBefore = faults.list().size();
        if (form.group(3) != null) {
            Arrays.stream(form.group(3).split(",", -1)).map(String::trim).forEach(this::option);
        }
        if (faults.list().size() > faultsBefore) {
            return Optional.empty();
        }
        EdgeConfiguration configuration = new EdgeConfiguration(Optional.ofNullable(join), routesFailures);
        Edge edge = new Edge(form.group(1), form.group(2), type.orElse(EdgeType.NORMAL), configuration);
        return Optional.of(new ParsedEdge(edge, scalar.position()));
    }

    private void addBadForm(String text) {
        long arrows = Pattern.compile("->").matcher(text).results().count();
        String fix = "write it as a -> b, or with an option as in a -> b [PARALLEL]";
        if (arrows > 1) {
            fix = "write one edge a line: a -> b, then b -> c";
        } else if (text.contains("[") != text.contains("]")) {
            fix = "open and close the bracket, as in a -> b [PARALLEL]";
        } else if (arrows == 0 && ANY_ARROW.matcher(text).matches()) {
            fix = "write the arrow as ->, as in a -> b";
        }
        add(Faults.shown(text) + " is not an edge", fix);
    }

    private void option(String option) {
        String[] words = option.split("\\s+");
        switch (words[0]) {
            case "PARALLEL", "FINAL" -> {
                setType(EdgeType.valueOf(words[0]));
                expectNoMore(option, words, 1);
            }
            case "JOIN" -> {
                setType(EdgeType.JOIN);
                join = joinConfiguration(option, words);
            }
            case "NORMAL" -> add("NORMAL is what an edge is anyway", "remove [NORMAL]");
            case ON_FAILURE -> {
                routesFailures = words.length == 2 && words[1].equals("route");
                if (!routesFailures) {
                    add(
                            Faults.shown(option) + " is not an option of an edge",
                            "write on_failure route, or leave it out");
                }
            }
            default -> addUnknown(option);
        }
    }

    private void addUnknown(String option) {
        String fix = SimilarNames.closest(option, OPTIONS)
                .map(near -> "did you mean " + near + "?")
                .orElse("use one of " + String.join(", ", OPTIONS) + ", or JOIN and a number, between the [ ]");
        add(Faults.shown(option) + " is not an option of an edge", fix);
    }

    private void setType(EdgeType found) {
        if (type.isPresent()) {
            add("the edge has two types, " + type.get() + " and " + found, "keep one of them");
        }
        type = Optional.of(found);
    }

    private void expectNoMore(String option, String[] words, int expected) {
        if (words.length > expected) {
            addUnknown(option);
        }
    }

    private JoinConfiguration joinConfiguration(String option, String[] words) {
        expectNoMore(option, words, 2);
        String mode = words.length < 2 ? "all" : words[1];
        if (mode.equals("all")) {
            return JoinConfiguration.ALL;
        }
        if (mode.equals("any")) {
            return new JoinConfiguration(JoinConfiguration.Mode.ANY, 0);
        }
        if (!COUNT.matcher(mode).matches()) {
            add(
                    Faults.shown(option) + " is not a way to join",
                    "write JOIN, JOIN any, or JOIN and a number such as JOIN 2");
            return JoinConfiguration.ALL;
        }
        int count = mode.length() > 8 ? 0 : Integer.parseInt(mode);
        if (count < 1 || count > MAX_JOINED) {
            add(Faults.shown(option) + " is out of range", "use a number from 1 to " + MAX_JOINED + ", such as JOIN 2");
            return JoinConfiguration.ALL;
        }
        return new JoinConfiguration(JoinConfiguration.Mode.N, count);
    }

    private void add(String message, String fix) {
        faults.add(source.position(), message, fix);
    }
}
