/**
 * What runs handlers, in the executor and in workers outside of it: the threads they may block, and what they report.
 *
 * <p>Not for authors, and never sees Vert.x.
 */
package io.ticktock.sdk.running;
