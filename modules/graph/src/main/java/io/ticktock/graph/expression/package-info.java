/**
 * CEL as graphs use it: expressions, templates with {@code ${…}} in them, and the variables both read. Owns which names
 * and functions there are and what they cost at most. Knows nothing of nodes and edges, and does no I/O.
 */
package io.ticktock.graph.expression;
