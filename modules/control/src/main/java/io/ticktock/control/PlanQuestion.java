package io.ticktock.control;

import io.ticktock.proto.v1.PlanInput;

/**
 * A recorded decision of a Plan that is to be made again.
 *
 * @param seq of the event that accepted it
 * @param input what it was made over
 */
record PlanQuestion(long seq, PlanInput input) {

    String nodeId() {
        return input.getHeaders().getNodeId();
    }

    String execId() {
        return input.getHeaders().getExecId();
    }
}
