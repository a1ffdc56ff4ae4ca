package io.ticktock.graph.settings;

import io.ticktock.graph.expression.VariableUse;

/** What a graph says about a node beyond its place, by the node's type. */
public sealed interface NodeSettings permits TaskSettings, PlanSettings {

    /** The variables that the expressions of the settings read. */
    VariableUse uses();
}
