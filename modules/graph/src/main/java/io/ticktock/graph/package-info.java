/**
 * Agent graphs: the model, the file format, validation and expressions. Owns what a graph means. Never does I/O and
 * knows nothing of the bus.
 */
package io.ticktock.graph;
