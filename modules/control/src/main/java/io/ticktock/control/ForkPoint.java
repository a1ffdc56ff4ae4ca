package io.ticktock.control;

import io.ticktock.proto.v1.ForkOrigin;
import io.ticktock.proto.v1.GraphReference;

/**
 * Where a fork goes on from.
 *
 * @param named the graph of the lifetime that was asked to be forked
 * @param holder the graph of the lifetime whose log holds the execution: that one, or one that it was forked from
 * @param origin the place in that log
 */
record ForkPoint(GraphReference named, GraphReference holder, ForkOrigin origin) {}
