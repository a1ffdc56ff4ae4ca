package io.ticktock.sdk;

import java.util.List;

/**
 * What a Plan's handler gets.
 *
 * @param attempt the attempt that runs
 * @param settings what the graph says about the node
 * @param arrivals the Task results that arrived, in branch order; empty when the Plan is the start node
 * @param joined whether the Plan fired as a join
 * @param input what the graph's {@code input:} makes for the handler besides what arrived; {@link Value#NULL} without one
 * @param targets ids of the Tasks it may choose, and {@code END} when it may end the lifetime
 */
public record PlanContext(
        Attempt attempt,
        Settings settings,
        List<Arrival> arrivals,
        boolean joined,
        Value input,
        List<String> targets) {}
