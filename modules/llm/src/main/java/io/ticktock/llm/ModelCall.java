package io.ticktock.llm;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.TokenUsage;
import io.ticktock.sdk.running.Secrets;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** One call of a model, from its request to its answer. */
final class ModelCall implements StreamingChatResponseHandler {

    private final ProviderConfiguration provider;
    private final int mostBytes;
    private final Consumer<String> tokens;
    private final KeyFilter filter;
    private final Promise<Answer> answer = Promise.promise();
    private final long began = System.nanoTime();
    private volatile Wire wire;
    private long firstAt;
    private long received;

    /** @param tokens told each part of the answer as it comes: its text, without the key, or nothing where it is no text */
    ModelCall(ProviderConfiguration provider, int mostBytes, Secrets secrets, Consumer<String> tokens) {
        this.provider = provider;
        this.mostBytes = mostBytes;
        this.filter = new KeyFilter(secrets);
        this.tokens = tokens;
    }

    /** The answer; fails with {@link LlmFault}. Whoever ends the call has told those who wait when this returns. */
    Future<Answer> answer() {
        return answer.future();
    }

    /** Sends it, unless it is over already. */
    void start(Wire over, Secrets secrets, Ask ask) {
        wire = over;
        if (answer.future().isComplete()) {
            over.close();
            return;
        }
        try {
            Models.over(over, provider, secrets).chat(ask.request(), this);
        } catch (RuntimeException e) {
            fail(new LlmFault(
                    "llm_invalid_request",
                    "the provider " + provider.name() + " cannot be asked this: " + e.getMessage(),
                    false));
        }
    }

    void fail(LlmFault fault) {
        answer.tryFail(fault);
        if (wire != null) {
            wire.close();
        }
    }

    /** Whether the provider may ask for its price, although there is no answer. */
    boolean isAnswered() {
        return wire != null && wire.isAnswered();
    }

    /** Bytes of text and tool calls that came. */
    synchronized long receivedBytes() {
        return received;
    }

    /** From the request to the first sign of the answer itself. */
    synchronized OptionalLong nanosToFirst() {
        return firstAt == 0 ? OptionalLong.empty() : OptionalLong.of(firstAt - began);
    }

    @Override
    public void onPartialResponse(String text) {
        if (take(text)) {
            tokens.accept(filter.pass(text));
        }
    }

    @Override
    public void onPartialToolCall(PartialToolCall part) {
        if (take(part.partialArguments())) {
            tokens.accept("");
        }
    }

    private boolean take(String part) {
        synchronized (this) {
            firstAt = firstAt == 0 ? System.nanoTime() : firstAt;
            received += part.length();
            if (received <= mostBytes) {
                return true;
            }
        }
        fail(new LlmFault(
                "llm_answer_too_large",
                "the provider " + provider.name() + " answers with more than the " + mostBytes
                        + " characters that are taken in",
                false));
        return false;
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
        if (response.metadata().finishReason() == null) {
            return;
        }
        AiMessage message = response.aiMessage();
        List<ToolCall> calls = message.toolExecutionRequests().stream()
                .map(call -> new ToolCall(
                        call.id() == null ? "" : call.id(),
                        call.name() == null ? "" : call.name(),
                        call.arguments() == null || call.arguments().isBlank() ? "{}" : call.arguments()))
                .toList();
        Optional<TokenUsage> told = Optional.ofNullable(response.metadata().tokenUsage())
                .filter(usage -> usage.inputTokenCount() != null && usage.outputTokenCount() != null);
        String model = response.metadata().modelName();
        tokens.accept(filter.rest());
        answer.tryComplete(new Answer(
                message.text() == null ? "" : message.text(),
                calls,
                response.metadata().finishReason().name().toLowerCase(Locale.ROOT),
                model == null ? "" : model,
                told.map(Usage::of)));
        wire.finish();
    }

    @Override
    public void onError(Throwable cause) {
        fail(Wire.unreadable("the provider " + provider.name(), cause));
    }
}
