package io.ticktock.llm;

import dev.langchain4j.model.anthropic.AnthropicTokenUsage;
import dev.langchain4j.model.googleai.GoogleAiGeminiTokenUsage;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.TokenUsage;

/**
 * Tokens of one call, or of several together.
 *
 * @param input all that was read, cached ones included
 * @param cached those of the input that the provider still had, never more than these
 * @param written those of the input that the provider put into its cache, where it asks a price of its own for that
 * @param output all that was made, thoughts included
 */
record Usage(long input, long cached, long written, long output) {

    static final Usage NONE = new Usage(0, 0, 0, 0);

    /** What the provider says, in one way: some count cached tokens apart from the input. */
    static Usage of(TokenUsage told) {
        long input = orZero(told.inputTokenCount());
        long output = orZero(told.outputTokenCount());
        if (told instanceof OpenAiTokenUsage openAi && openAi.inputTokensDetails() != null) {
            long cached = orZero(openAi.inputTokensDetails().cachedTokens());
            return new Usage(input, Math.min(cached, input), 0, output);
        }
        if (told instanceof AnthropicTokenUsage anthropic) {
            long cached = orZero(anthropic.cacheReadInputTokens());
            long written = orZero(anthropic.cacheCreationInputTokens());
            return new Usage(input + cached + written, cached, written, output);
        }
        if (told instanceof GoogleAiGeminiTokenUsage gemini) {
            long cached = orZero(gemini.cachedContentTokenCount());
            return new Usage(input, Math.min(cached, input), 0, output + orZero(gemini.thoughtsTokenCount()));
        }
        return new Usage(input, 0, 0, output);
    }

    Usage plus(Usage other) {
        return new Usage(input + other.input, cached + other.cached, written + other.written, output + other.output);
    }

    long total() {
        return input + output;
    }

    private static long orZero(Integer count) {
        return count == null ? 0 : Math.max(0, count);
    }
}
