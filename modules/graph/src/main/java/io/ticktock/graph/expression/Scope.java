package io.ticktock.graph.expression;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which names an expression may use at its place.
 *
 * @param variables names of variables, standard and extra
 * @param absent standard variables that this place does not have, and why not
 * @param nodeIds nodes whose {@code results.<node>} may be read
 */
public record Scope(Set<String> variables, Map<String, String> absent, Set<String> nodeIds) {

    static final String RESULTS = "results";

    /** The variables that {@link Variables} holds. */
    public static final List<String> STANDARD = List.of("input", "plan", "result", "joined", RESULTS, "iteration");

    /** All standard variables, and the results of these nodes. */
    public static Scope of(Set<String> nodeIds) {
        return new Scope(new LinkedHashSet<>(STANDARD), Map.of(), nodeIds);
    }

    /** The same without one standard variable. */
    public Scope without(String variable, String reason) {
        Set<String> fewer = new LinkedHashSet<>(variables);
        fewer.remove(variable);
        Map<String, String> reasons = new LinkedHashMap<>(absent);
        reasons.put(variable, reason);
        return new Scope(fewer, reasons, nodeIds);
    }

    /** The same with further variables of any type, given at each evaluation. */
    public Scope with(String... extraVariables) {
        Set<String> more = new LinkedHashSet<>(variables);
        more.addAll(List.of(extraVariables));
        return new Scope(more, absent, nodeIds);
    }
}
