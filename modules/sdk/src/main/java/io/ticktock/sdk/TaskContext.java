package io.ticktock.sdk;

import io.ticktock.proto.v1.Resumption;
import java.util.Optional;

/**
 * What a Task's handler gets.
 *
 * @param attempt the attempt that runs
 * @param settings what the graph says about the node
 * @param input what the graph's {@code input:} makes; without one what the choosing Plan passed, and at the start node
 *     the input of the lifetime
 * @param resumption present when the attempt had been waiting and goes on
 */
public record TaskContext(Attempt attempt, Settings settings, Value input, Optional<Resumption> resumption) {}
