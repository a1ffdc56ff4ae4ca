package io.ticktock.graph.settings;

import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.VariableUse;

/**
 * Type {@code llm} of Task: asks a model, whose answer is the result.
 *
 * @param ask a map of what the graph says, with schemas as they are
 */
public record LlmTaskSettings(Template ask) implements TaskSettings {

    @Override
    public VariableUse uses() {
        return ask.uses();
    }
}
