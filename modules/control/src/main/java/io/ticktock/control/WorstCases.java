package io.ticktock.control;

import io.ticktock.graph.GraphNode;
import io.ticktock.graph.NodeLimits;
import io.ticktock.proto.v1.WorstCase;

/** The most that an attempt of a node uses, as far as its graph tells. */
public final class WorstCases {

    private static final WorstCase NOTHING = WorstCase.newBuilder()
            .setTokensUsed(0)
            .setCostMicros(0)
            .setCannotSpend(true)
            .build();

    private WorstCases() {}

    public static WorstCase of(GraphNode node) {
        if (!node.maySpend()) {
            return NOTHING;
        }
        NodeLimits limits = node.limits();
        WorstCase.Builder worst = WorstCase.newBuilder();
        limits.maxTokens().ifPresent(worst::setTokensUsed);
        limits.maxCostMicros().ifPresent(worst::setCostMicros);
        limits.model().ifPresent(worst::setModel);
        return worst.build();
    }
}
