package io.ticktock.graph.settings;

import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.VariableUse;
import java.util.List;
import java.util.Optional;

/**
 * Nodes that the graph itself names as the next ones.
 *
 * @param next ids of Tasks, or {@code END}; several only over PARALLEL edges; none lets the token die
 * @param input what each of them gets; what arrived at the Plan when there is none
 */
public record FixedChoice(List<String> next, Optional<Template> input) {

    VariableUse uses() {
        return input.map(Template::uses).orElse(VariableUse.NONE);
    }
}
