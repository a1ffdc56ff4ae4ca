package io.ticktock.llm;

/** @param arguments JSON as the model wrote it */
record ToolCall(String id, String name, String arguments) {}
