package io.ticktock.graph.expression;

/** Where an evaluation gets the values of variables from, each when it is first needed. */
@FunctionalInterface
public interface VariableSource {

    /** The plain value of this variable, which the expression's scope has. */
    Object get(String name);
}
