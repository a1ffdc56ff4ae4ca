package io.ticktock.graph.settings;

import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.VariableUse;
import java.util.Optional;

/**
 * Type {@code human}: waits for a person's answer, which is the result.
 *
 * @param prompt text that says what to answer
 * @param details shown beside the prompt, if anything
 * @param form what an answer must look like; without one any JSON will do
 */
public record HumanSettings(Template prompt, Optional<Template> details, Optional<BoundedSchema> form)
        implements TaskSettings {

    @Override
    public VariableUse uses() {
        return details.map(shown -> prompt.uses().and(shown.uses())).orElse(prompt.uses());
    }
}
