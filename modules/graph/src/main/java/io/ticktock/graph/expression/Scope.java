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
 * @param absent variables that this place does not have, and why not
 * @param nodeIds nodes whose {@code results.<node>} may be read
 * @param types of variables whose names alone do not say it; a dot in a name is part of it
 */
public record Scope(
        Set<String> variables, Map<String, String> absent, Set<String> nodeIds, Map<String, ValueType> types) {

    static final String RESULTS = "results";

    /** The variables that {@link Variables} holds. */
    public static final List<String> STANDARD = List.of("input", "plan", "result", "joined", RESULTS, "iteration");

    /** All standard variables, and the results of these nodes. */
    public static Scope of(Set<String> nodeIds) {
        return new Scope(new LinkedHashSet<>(STANDARD), Map.of(), nodeIds, Map.of());
    }

    /**
     * These variables and no other, for expressions that are evaluated where nothing may take long: functions that make
     * much of little are not there.
     */
    public static Scope typed(Map<String, ValueType> types) {
        return new Scope(new LinkedHashSet<>(types.keySet()), Map.of(), Set.of(), Map.copyOf(types));
    }

    /** The same without one variable. */
    public Scope without(String variable, String reason) {
        Set<String> fewer = new LinkedHashSet<>(variables);
        fewer.remove(variable);
        Map<String, String> reasons = new LinkedHashMap<>(absent);
        reasons.put(variable, reason);
        Map<String, ValueType> fewerTypes = new LinkedHashMap<>(types);
        fewerTypes.remove(variable);
        return new Scope(fewer, reasons, nodeIds, fewerTypes);
    }

    /** The same with further variables of any type, given at each evaluation. */
    public Scope with(String... extraVariables) {
        Set<String> more = new LinkedHashSet<>(variables);
        more.addAll(List.of(extraVariables));
        return new Scope(more, absent, nodeIds, types);
    }

    /** Those whose values are a number or a short text. */
    Set<String> smallVariables() {
        Set<String> small = new LinkedHashSet<>();
        types.forEach((name, type) -> {
            if (type != ValueType.NUMBERS && type != ValueType.ANY) {
                small.add(name);
            }
        });
        return small;
    }

    /** Those of this type. */
    Set<String> variables(ValueType type) {
        Set<String> found = new LinkedHashSet<>();
        types.forEach((name, each) -> {
            if (each == type) {
                found.add(name);
            }
        });
        return found;
    }

    boolean isTyped() {
        return !types.isEmpty();
    }

    /** Whether the name is the part before the dot of some variables' names. */
    boolean isOwner(String name) {
        return isTyped()
                && (variables.stream().anyMatch(variable -> variable.startsWith(name + "."))
                        || absent.keySet().stream().anyMatch(variable -> variable.startsWith(name + ".")));
    }

    /** Whether a loop variable of this name would hide another one. */
    boolean isTaken(String name) {
        return STANDARD.contains(name) || types.containsKey(name) || isOwner(name);
    }
}
