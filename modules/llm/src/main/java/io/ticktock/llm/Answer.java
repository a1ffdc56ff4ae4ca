package io.ticktock.llm;

import java.util.List;

/**
 * What a model answered.
 *
 * @param finishReason in small letters
 * @param model which one it was, as the provider says
 */
record Answer(
        String text, List<ToolCall> toolCalls, String finishReason, String model, Usage usage, boolean isCounted) {}
