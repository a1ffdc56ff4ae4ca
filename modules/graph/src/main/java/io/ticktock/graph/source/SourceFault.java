package io.ticktock.graph.source;

/**
 * What is wrong at a place in a file.
 *
 * @param message what is wrong
 * @param fix what would be right
 */
public record SourceFault(SourcePosition position, String message, String fix) {}
