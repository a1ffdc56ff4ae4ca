package io.ticktock.llm;

import dev.langchain4j.http.client.sse.ServerSentEvent;
import io.ticktock.sdk.Json;
import io.ticktock.sdk.JsonException;
import io.ticktock.sdk.running.Secrets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An error that a provider tells in the midst of an answer that had begun well. */
final class ToldError {

    private static final int MOST_CHARS = 300;

    /** What is the caller's fault, and would be the same again. */
    private static final Set<String> FINAL = Set.of("invalid", "authentication", "permission", "not_found", "billing");

    private ToldError() {}

    /** @param secrets that a provider may repeat in what it says */
    static Optional<LlmFault> in(ServerSentEvent event, String described, Secrets secrets) {
        if (!"error".equals(event.event()) && !event.data().startsWith("{\"error\"")) {
            return Optional.empty();
        }
        try {
            Object tree = Json.parse(event.data());
            Object error = tree instanceof Map<?, ?> map ? map.get("error") : null;
            return error == null ? Optional.empty() : Optional.of(fault(error, described, secrets));
        } catch (JsonException e) {
            return Optional.of(Wire.unreadable(described, e));
        }
    }

    private static LlmFault fault(Object error, String described, Secrets secrets) {
        String kind = error instanceof Map<?, ?> map
                ? (map.get("type") + " " + map.get("code") + " " + map.get("status")).toLowerCase(Locale.ROOT)
                : "";
        Object message = error instanceof Map<?, ?> map ? map.get("message") : error;
        // Before it is shortened, which could leave a part of the key.
        String text = secrets.redacted(String.valueOf(message)).replaceAll("\\s+", " ");
        return new LlmFault(
                kind.contains("overloaded") ? "llm_overloaded" : "llm_failed",
                described + " gave up in the midst of its answer: "
                        + text.substring(0, Math.min(text.length(), MOST_CHARS)),
                FINAL.stream().noneMatch(kind::contains));
    }
}
