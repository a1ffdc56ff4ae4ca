/**
 * YAML and JSON files as trees that know where in the file everything stands. Owns reading and its limits. Knows nothing
 * of graphs.
 */
package io.ticktock.graph.source;
