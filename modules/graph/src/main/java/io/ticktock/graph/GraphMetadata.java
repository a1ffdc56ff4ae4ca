package io.ticktock.graph;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What is said about a graph and its lifetimes as wholes.
 *
 * @param description for people; may be empty
 * @param labels given to every lifetime of the graph
 * @param deadline from start to end of a lifetime
 * @param maxIterations how many node runs one token may make on its way, 1 to 1,000,000
 * @param maxExecutions how many attempts a lifetime may schedule altogether, 1 to 10,000,000
 */
public record GraphMetadata(
        String description,
        Map<String, String> labels,
        Optional<Duration> deadline,
        int maxIterations,
        int maxExecutions) {

    public static final int DEFAULT_MAX_ITERATIONS = 1_000;
    public static final int DEFAULT_MAX_EXECUTIONS = 1_000_000;
}
