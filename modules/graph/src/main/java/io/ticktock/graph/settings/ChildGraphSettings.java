package io.ticktock.graph.settings;

import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.VariableUse;
import java.util.Optional;

/**
 * Type {@code graph}: runs another graph as a child lifetime, whose output is the result.
 *
 * @param graph name of the graph
 * @param version which version; the highest registered one when there is none
 * @param input of the child; what the choosing Plan passed when there is none
 */
public record ChildGraphSettings(String graph, Optional<String> version, Optional<Template> input)
        implements TaskSettings {

    @Override
    public VariableUse uses() {
        return input.map(Template::uses).orElse(VariableUse.NONE);
    }
}
