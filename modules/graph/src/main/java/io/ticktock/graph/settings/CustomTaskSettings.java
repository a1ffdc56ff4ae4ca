package io.ticktock.graph.settings;

import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.VariableUse;
import java.util.Optional;
import java.util.Set;

/**
 * A Task of an author's own type.
 *
 * @param input what the handler gets; what the choosing Plan passed when there is none
 * @param settings everything else, a map
 */
public record CustomTaskSettings(Optional<Template> input, Template settings) implements TaskSettings {

    @Override
    public VariableUse uses() {
        return input.map(given -> given.uses().and(settings.uses())).orElse(settings.uses());
    }

    @Override
    public Set<String> secrets() {
        return settings.secrets();
    }
}
