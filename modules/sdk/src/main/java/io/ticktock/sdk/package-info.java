/**
 * What an author of tasks and plans implements: the handlers and what they are given.
 *
 * <p>Knows the messages at most. It never sees Vert.x, the event bus or a store, so that a handler can be tested alone.
 */
package io.ticktock.sdk;
