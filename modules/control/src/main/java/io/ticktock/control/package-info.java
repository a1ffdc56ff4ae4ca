/**
 * The control plane: drives every lifetime of the shards it owns from record to decision to dispatch.
 *
 * <p>The decision itself is pure. It never runs a task, never opens a payload or a table, and never dispatches what is not
 * durably decided.
 */
package io.ticktock.control;
