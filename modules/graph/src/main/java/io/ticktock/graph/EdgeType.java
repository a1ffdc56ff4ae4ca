package io.ticktock.graph;

/** What taking an edge does to the token. */
public enum EdgeType {
    /** Moves the token. */
    NORMAL,
    /** Plan to Task: opens a scope with one token per chosen Task. */
    PARALLEL,
    /** Task to Plan: parks the token until the scope's join is satisfied. */
    JOIN,
    /** Ends the lifetime. */
    FINAL
}
