package io.ticktock.graph.source;

/** A value in a file. */
public sealed interface SourceValue permits SourceMap, SourceList, SourceScalar {

    SourcePosition position();

    /** The value as an unmodifiable tree of Map, List, String, Long, Double, Boolean and null. */
    Object plain();

    /** What it is, for messages: a map, a list, a text, … */
    String kind();
}
