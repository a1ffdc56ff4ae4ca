package io.ticktock.graph.expression;

/** Of what type the values of a variable are, for those whose type is known before they are. */
public enum ValueType {
    /** A whole number: Long. */
    INT,
    /** Any number: Double. */
    DOUBLE,
    /** String. */
    TEXT,
    /** Numbers by name: a map of String to Double. */
    NUMBERS,
    /** A plain tree of any kind and size. */
    ANY
}
