package io.ticktock.graph.settings;

import io.ticktock.graph.expression.Expression;
import io.ticktock.graph.expression.VariableUse;

/**
 * A condition and what is chosen when it holds.
 *
 * @param when the condition
 * @param choice what is chosen
 */
public record RoutingRule(Expression when, FixedChoice choice) {

    VariableUse uses() {
        return when.uses().and(choice.uses());
    }
}
