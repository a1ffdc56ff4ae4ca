package io.ticktock.graph.settings;

import io.ticktock.graph.expression.VariableUse;
import java.util.List;

/**
 * Type {@code rules}: the first rule whose condition holds decides.
 *
 * @param rules in order
 * @param otherwise when no condition holds
 */
public record RulesSettings(List<RoutingRule> rules, FixedChoice otherwise) implements PlanSettings {

    @Override
    public VariableUse uses() {
        return rules.stream().map(RoutingRule::uses).reduce(otherwise.uses(), VariableUse::and);
    }
}
