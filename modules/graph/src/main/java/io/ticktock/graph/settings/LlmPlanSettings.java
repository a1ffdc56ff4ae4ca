package io.ticktock.graph.settings;

import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.VariableUse;

/**
 * Type {@code llm} of Plan: lets a model choose among the edges that leave the Plan.
 *
 * @param ask a map of what the graph says, with schemas as they are
 */
public record LlmPlanSettings(Template ask) implements PlanSettings {

    @Override
    public VariableUse uses() {
        return ask.uses();
    }
}
