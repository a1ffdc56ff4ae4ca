package io.ticktock.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.anthropic.AnthropicTokenUsage;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.TokenUsage;
import io.ticktock.graph.settings.Dollars;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is computed without any server: prices, usage, and where frames end. */
class PriceTest {

    @ParameterizedTest
    @CsvSource({
        // input, cached, written, output, millionths
        "0, 0, 0, 0, 0",
        "1, 0, 0, 0, 3",
        "1000000, 0, 0, 0, 3000000",
        "1000000, 1000000, 0, 0, 300000",
        "10, 10, 0, 0, 3",
        "3, 1, 0, 0, 7",
        "100, 0, 100, 0, 375",
        "0, 0, 0, 1000000, 15000000"
    })
    void costsAreExactAndRoundedUpOnce(long input, long cached, long written, long output, long micros) {
        Price price = new Price(3_000_000, 300_000, 3_750_000, 15_000_000);
        assertEquals(micros, price.micros(new Usage(input, cached, written, output)));
        assertTrue(price.mostMicros(input, output) >= micros);
    }

    @Test
    void anImageIsNotGuessedByItsLetters() {
        Ask ask = new Ask(
                "scripted",
                List.of(UserMessage.from(
                        TextContent.from("What is it?"), ImageContent.from("A".repeat(1 << 20), "image/png"))),
                OptionalDouble.empty(),
                100,
                Optional.empty(),
                List.of(),
                false,
                false);
        long guessed = Estimates.roughInputTokens(ask);
        assertTrue(guessed > 3 && guessed < 10_000, guessed + " tokens");
    }

    @Test
    void anAmountThatCannotBeIsNoFailure() {
        Price dear = new Price(Dollars.MOST_MICROS, 0, 0, Dollars.MOST_MICROS);
        long most = 3L * Integer.MAX_VALUE;
        assertEquals(Dollars.MOST_MICROS, dear.micros(new Usage(most, 0, 0, most)));
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-4.1, true",
        "gpt-4.1-2025-04-14, true",
        "claude-sonnet-4-5-20250929, true",
        "gpt-4.1-unheard-of, false",
        "gpt-4, false"
    })
    void anEditionCostsWhatItsModelDoes(String model, boolean isKnown) {
        assertEquals(isKnown, PriceTable.shipped().of(model).isPresent());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "per_million_tokens: {a: {input: 1, output: 2}} | version",
                "{version: x} | per_million_tokens",
                "{version: x, per_million_tokens: {a: {input: 1}}} | output",
                "{version: x, per_million_tokens: {a: {input: one, output: 2}}} | dollars",
                "{version: x, per_million_tokens: {a: {input: 1, output: 2, free: true}}} | free"
            })
    void faultsOfATableAreTold(String file, String word) {
        IllegalArgumentException fault = assertThrows(
                IllegalArgumentException.class,
                () -> PriceTable.parse("prices.yaml", file.getBytes(StandardCharsets.UTF_8)));
        assertTrue(fault.getMessage().contains(word), fault.getMessage());
    }

    @Test
    void usageIsOneWhateverTheProviderCountsApart() {
        assertEquals(new Usage(7, 0, 0, 3), Usage.of(new TokenUsage(7, 3)));
        assertEquals(
                new Usage(7, 5, 0, 3),
                Usage.of(OpenAiTokenUsage.builder()
                        .inputTokenCount(7)
                        .inputTokensDetails(OpenAiTokenUsage.InputTokensDetails.builder()
                                .cachedTokens(5)
                                .build())
                        .outputTokenCount(3)
                        .build()));
        assertEquals(
                new Usage(14, 5, 2, 3),
                Usage.of(AnthropicTokenUsage.builder()
                        .inputTokenCount(7)
                        .cacheReadInputTokens(5)
                        .cacheCreationInputTokens(2)
                        .outputTokenCount(3)
                        .build()));
    }

    @Test
    void framesEndWhereverTheChunksDo() {
        String text = "data: one\n\ndata: two\r\n\r\nevent: x\ndata: three\n\nrest";
        for (int size = 1; size <= text.length(); size++) {
            Frames frames = new Frames(true);
            List<String> complete = new ArrayList<>();
            for (int at = 0; at < text.length(); at += size) {
                String chunk = text.substring(at, Math.min(text.length(), at + size));
                Optional<byte[]> found = frames.add(Buffer.buffer(chunk));
                found.ifPresent(bytes -> complete.add(new String(bytes, StandardCharsets.UTF_8)));
            }
            assertTrue(complete.stream().allMatch(frame -> frame.endsWith("\n")), "chunks of " + size);
            assertEquals(text, String.join("", complete) + new String(frames.rest(), StandardCharsets.UTF_8));
            assertEquals("rest", new String(frames.rest(), StandardCharsets.UTF_8));
        }
    }
}
