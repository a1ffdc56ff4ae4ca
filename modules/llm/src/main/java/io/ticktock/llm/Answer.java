package io.ticktock.llm;

import java.util.List;
import java.util.Optional;

/**
 * What a model answered.
 *
 * @param finishReason in small letters
 * @param model which one it was, as the provider says
 * @param usage as the provider counts it, if it does
 */
record Answer(String text, List<ToolCall> toolCalls, String finishReason, String model, Optional<Usage> usage) {}
