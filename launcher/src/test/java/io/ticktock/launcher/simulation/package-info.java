/**
 * Whole systems of several processes, simulated in one thread from a seed, with everything that may go wrong: what is
 * theirs to decide, guard, run and keep is the real thing; time, network, store and chance are not.
 */
package io.ticktock.launcher.simulation;
