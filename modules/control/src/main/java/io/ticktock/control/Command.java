package io.ticktock.control;

import io.ticktock.proto.v1.ChildRequest;
import java.util.List;

/** What is to be done outside once the decision that asks for it is durable. */
sealed interface Command {

    /** Hand the attempt to an executor, not before it is due. */
    record Dispatch(String execId) implements Command {}

    /** Tell the executors that nobody waits for these attempts any more. */
    record Cancel(List<String> execIds) implements Command {}

    /** Start the child lifetime that the attempt waits for. */
    record StartChild(String execId, String childLifetimeId, ChildRequest request) implements Command {}
}
