package io.ticktock.graph.settings;

import io.ticktock.graph.expression.VariableUse;

/**
 * Type {@code next}: always chooses the same.
 *
 * @param choice what is chosen
 */
public record NextSettings(FixedChoice choice) implements PlanSettings {

    @Override
    public VariableUse uses() {
        return choice.uses();
    }
}
