/**
 * Runs Tasks for a server far away: the stream to it, what is in hand, and how attempts end.
 *
 * <p>Holds no durable state, and never decides whether an attempt counts: that is the server's to say. The only place of
 * the SDK that sees Vert.x.
 */
package io.ticktock.sdk.worker;
