package io.ticktock.graph.settings;

import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.VariableUse;

/**
 * Type {@code transform}: computes a value.
 *
 * @param output the result
 */
public record TransformSettings(Template output) implements TaskSettings {

    @Override
    public VariableUse uses() {
        return output.uses();
    }
}
