package io.ticktock.sdk;

import io.ticktock.proto.v1.ExecutionError;
import java.util.Optional;

/**
 * A Task execution that arrived at a Plan.
 *
 * @param nodeId the Task
 * @param value its result; of one that failed for good, {@code {"error": {"code": …, "message": …}}}
 * @param error present when it failed for good
 */
public record Arrival(String nodeId, Value value, Optional<ExecutionError> error) {}
