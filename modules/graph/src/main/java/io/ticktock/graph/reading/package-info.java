/**
 * From the trees of files to what they mean: fields taken by name, expressions compiled in their place, and all faults
 * gathered with their positions. Knows nothing of graphs.
 */
package io.ticktock.graph.reading;
