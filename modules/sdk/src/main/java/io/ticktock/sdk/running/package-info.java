/**
 * What runs handlers, in the executor and in workers outside of it: the threads they may block, what they report, and the
 * secrets that must not come out of what they make.
 *
 * <p>Not for authors, and never sees Vert.x.
 */
package io.ticktock.sdk.running;
