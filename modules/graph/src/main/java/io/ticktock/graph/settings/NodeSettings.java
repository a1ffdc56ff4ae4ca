package io.ticktock.graph.settings;

import io.ticktock.graph.expression.VariableUse;
import java.util.Set;

/** What a graph says about a node beyond its place, by the node's type. */
public sealed interface NodeSettings permits TaskSettings, PlanSettings {

    /** The variables that the expressions of the settings read. */
    VariableUse uses();

    /** Names of the secrets that the settings refer to. */
    default Set<String> secrets() {
        return Set.of();
    }
}
