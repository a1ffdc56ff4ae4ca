/**
 * Processes that are simulated in one thread, in a time of their own and by chance from one seed: their event loops, the
 * network between them, the store that they share, and everything that may go wrong with these. Knows nothing of what
 * runs in the processes, and never looks at the machine's clock, or at chance that does not come from the seed.
 */
package io.ticktock.testkit.simulation;
