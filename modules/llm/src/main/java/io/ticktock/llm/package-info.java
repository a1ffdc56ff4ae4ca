/**
 * Nodes that ask language models: Tasks of type {@code llm} work with what a model answers, Plans of that type let one choose
 * among their edges.
 *
 * <p>It owns how providers are called, what that costs, and how much of it there may be at once. It never sees the event bus,
 * never holds a thread while a model answers, and never takes a model's word for a right: what a model may ask for, the graph
 * says.
 */
package io.ticktock.llm;
