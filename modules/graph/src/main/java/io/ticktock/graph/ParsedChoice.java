package io.ticktock.graph;

import io.ticktock.graph.source.SourcePosition;
import java.util.List;

/**
 * What a Plan chooses together, as a file says it.
 *
 * @param position of the whole
 * @param targets one by one; none lets the token die
 * @param perElement whether the one target is chosen once for every element of a list
 */
record ParsedChoice(SourcePosition position, List<Target> targets, boolean perElement) {

    /** A name and where it stands. */
    record Target(String name, SourcePosition position) {}
}
