package io.ticktock.guardrail.policy;

import io.ticktock.proto.v1.NodeKind;

/**
 * Which attempt of a node it is.
 *
 * @param iteration how often the node has run on the token's path, this time included
 * @param number 1 for the first attempt, and one more for each retry
 */
public record Attempt(String node, NodeKind kind, int iteration, int number) {}
