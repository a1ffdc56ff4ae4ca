package io.ticktock.llm;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.PdfFileContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import io.ticktock.sdk.Json;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** How many tokens a call reads at most, before it is made. */
final class Estimates {

    private static final long TOKENS_A_REQUEST = 16;
    private static final long TOKENS_A_MESSAGE = 8;
    private static final long TOKENS_A_TOOL = 32;

    /** More than any provider makes of an image that it takes. */
    private static final long TOKENS_AN_IMAGE = 6_000;

    private static final long CHARACTERS_A_TOKEN = 4;
    private static final long BYTES_A_TOKEN_OF_FILES = 4;

    /** What tokenizers that nobody publishes may make of a text, beside the one that is known, in percent. */
    private static final long PERCENT_OF_OTHERS = 140;

    private Estimates() {}

    /** Takes a while to come, and much memory: only for who counts. */
    private static final class Known {
        static final Encoding ENCODING = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);
    }

    /** To be asked on a worker thread. */
    static long inputTokens(ProviderKind kind, Ask ask) {
        long tokens = tokens(ask, Estimates::count);
        return switch (kind) {
            case OPENAI -> tokens;
            case ANTHROPIC, GEMINI, OLLAMA -> (tokens * PERCENT_OF_OTHERS + 99) / 100;
        };
    }

    static long count(String text) {
        return Known.ENCODING.countTokensOrdinary(text);
    }

    /** Without a tokenizer, for what is guessed anyway. */
    static long roughTokens(long characters) {
        return (characters + CHARACTERS_A_TOKEN - 1) / CHARACTERS_A_TOKEN;
    }

    static long roughInputTokens(Ask ask) {
        return tokens(ask, text -> roughTokens(text.length()));
    }

    private static long tokens(Ask ask, ToLongFunction<String> count) {
        long tokens = TOKENS_A_REQUEST;
        for (ChatMessage message : ask.messages()) {
            tokens += TOKENS_A_MESSAGE + tokens(message, count);
        }
        for (var tool : ask.tools()) {
            tokens += TOKENS_A_TOOL + count.applyAsLong(tool.toString());
        }
        return tokens
                + ask.schema()
                        .map(tree -> count.applyAsLong(Json.write(tree).toStringUtf8()))
                        .orElse(0L);
    }

    private static long tokens(ChatMessage message, ToLongFunction<String> count) {
        if (message instanceof SystemMessage system) {
            return count.applyAsLong(system.text());
        }
        if (message instanceof ToolExecutionResultMessage result) {
            return count.applyAsLong(result.text());
        }
        if (message instanceof AiMessage said) {
            long tokens = count.applyAsLong(Optional.ofNullable(said.text()).orElse(""));
            for (ToolExecutionRequest call : said.toolExecutionRequests()) {
                tokens += TOKENS_A_TOOL + count.applyAsLong(call.name()) + count.applyAsLong(call.arguments());
            }
            return tokens;
        }
        return ((UserMessage) message)
                .contents().stream()
                        .mapToLong(content -> tokens(content, count))
                        .sum();
    }

    private static long tokens(Content content, ToLongFunction<String> count) {
        if (content instanceof TextContent text) {
            return count.applyAsLong(text.text());
        }
        if (content instanceof ImageContent) {
            return TOKENS_AN_IMAGE;
        }
        if (content instanceof PdfFileContent file && file.pdfFile().base64Data() != null) {
            return TOKENS_AN_IMAGE + file.pdfFile().base64Data().length() / BYTES_A_TOKEN_OF_FILES;
        }
        return TOKENS_AN_IMAGE;
    }
}
