/**
 * The composition root: reads configuration, builds the chosen modules, starts and stops them.
 *
 * <p>The only place that knows all modules. It never holds behaviour of its own that a module could own.
 */
package io.ticktock.launcher;
