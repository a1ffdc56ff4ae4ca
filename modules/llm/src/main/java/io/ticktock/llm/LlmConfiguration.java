package io.ticktock.llm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration key {@code llm}.
 *
 * @param providers by the names that graphs call them by
 * @param prices file with the table of prices; the one that ships without it
 * @param stall how long a model may be silent in the middle of an answer, and before its first sign, 10 ms to 1 hour
 * @param maxAnswerBytes text and tool calls of one answer, 1 KiB to 64 MiB
 * @param maxFileBytes images and files of one call together, 0 to 256 MiB
 * @param maxConnections to one server, 1 to 100,000
 */
public record LlmConfiguration(
        Map<String, ProviderConfiguration> providers,
        Optional<Path> prices,
        Duration stall,
        int maxAnswerBytes,
        int maxFileBytes,
        int maxConnections) {

    public LlmConfiguration {
        providers = Map.copyOf(providers);
        ProviderConfiguration.check(
                "llm.stall_timeout (in milliseconds)",
                stall.toMillis(),
                10,
                Duration.ofHours(1).toMillis());
        ProviderConfiguration.check("llm.max_answer_bytes", maxAnswerBytes, 1 << 10, 64 << 20);
        ProviderConfiguration.check("llm.max_file_bytes", maxFileBytes, 0, 256 << 20);
        ProviderConfiguration.check("llm.max_connections", maxConnections, 1, 100_000);
    }
}
