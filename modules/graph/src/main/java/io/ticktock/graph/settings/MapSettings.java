package io.ticktock.graph.settings;

import io.ticktock.graph.expression.Expression;
import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.VariableUse;
import java.util.List;
import java.util.Optional;

/**
 * Type {@code map}: chooses one Task once for every element of a list. With an empty list the token dies.
 *
 * @param over gives the list
 * @param next id of the Task, over a PARALLEL edge
 * @param input what each gets, over {@link #ELEMENT_VARIABLES} besides the standard variables; the element itself when
 *     there is none
 */
public record MapSettings(Expression over, String next, Optional<Template> input) implements PlanSettings {

    /** The extra variables of the input: the element, and its place from 0. */
    public static final List<String> ELEMENT_VARIABLES = List.of("item", "index");

    @Override
    public VariableUse uses() {
        return input.map(given -> over.uses().and(given.uses())).orElse(over.uses());
    }
}
