package io.ticktock.graph;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The most that one attempt of a node uses, as whoever wrote the graph declares it: what a budget sets aside before the
 * attempt runs.
 *
 * @param maxTokens tokens of all kinds together
 * @param maxCostMicros millionths of a US dollar
 * @param model whose price makes a cost of the tokens, where no cost is declared
 */
public record NodeLimits(OptionalLong maxTokens, OptionalLong maxCostMicros, Optional<String> model) {

    /** What a node has that declares nothing. */
    public static final NodeLimits NONE = new NodeLimits(OptionalLong.empty(), OptionalLong.empty(), Optional.empty());
}
