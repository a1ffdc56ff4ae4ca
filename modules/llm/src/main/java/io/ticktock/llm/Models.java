package io.ticktock.llm;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiStreamingChatModel;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import io.ticktock.sdk.running.Secrets;
import java.time.Duration;
import java.util.Optional;

/** Speaks each provider's protocol over a wire. */
final class Models {

    /** Where a server that speaks the protocol asks for none. */
    private static final String NO_KEY = "none";

    private Models() {}

    static StreamingChatModel over(Wire wire, ProviderConfiguration provider, Secrets secrets) {
        HttpClientBuilder http = new WireBuilder(wire);
        String url = provider.baseUrl().toString();
        Optional<String> key = provider.apiKey().map(secrets::value);
        return switch (provider.kind()) {
            case OPENAI -> {
                var model = OpenAiStreamingChatModel.builder()
                        .httpClientBuilder(http)
                        .baseUrl(url);
                key.ifPresent(model::apiKey);
                yield model.build();
            }
            case ANTHROPIC ->
                AnthropicStreamingChatModel.builder()
                        .httpClientBuilder(http)
                        .baseUrl(url)
                        .apiKey(key.orElse(NO_KEY))
                        .build();
            case GEMINI ->
                GoogleAiGeminiStreamingChatModel.builder()
                        .httpClientBuilder(http)
                        .baseUrl(url)
                        .apiKey(key.orElse(NO_KEY))
                        .returnThinking(false)
                        .build();
            case OLLAMA ->
                OllamaStreamingChatModel.builder()
                        .httpClientBuilder(http)
                        .baseUrl(url)
                        .build();
        };
    }

    /** Times are watched over by the wire itself. */
    private record WireBuilder(Wire wire) implements HttpClientBuilder {

        @Override
        public Duration connectTimeout() {
            return Duration.ZERO;
        }

        @Override
        public HttpClientBuilder connectTimeout(Duration timeout) {
            return this;
        }

        @Override
        public Duration readTimeout() {
            return Duration.ZERO;
        }

        @Override
        public HttpClientBuilder readTimeout(Duration timeout) {
            return this;
        }

        @Override
        public HttpClient build() {
            return wire;
        }
    }
}
