/**
 * The built-in types of Tasks and Plans. They are handlers as any author's, except that their settings come compiled and
 * typed from the graph. They know nothing of records and how these become durable.
 */
package io.ticktock.executor.type;
