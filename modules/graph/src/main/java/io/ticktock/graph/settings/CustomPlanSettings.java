package io.ticktock.graph.settings;

import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.VariableUse;
import java.util.Optional;
import java.util.Set;

/**
 * A Plan of an author's own type.
 *
 * @param input what the handler gets besides what arrived, if anything
 * @param settings everything else, a map
 */
public record CustomPlanSettings(Optional<Template> input, Template settings) implements PlanSettings {

    @Override
    public VariableUse uses() {
        return input.map(given -> given.uses().and(settings.uses())).orElse(settings.uses());
    }

    @Override
    public Set<String> secrets() {
        return settings.secrets();
    }
}
