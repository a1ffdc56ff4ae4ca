package io.ticktock.testkit.model;

import io.ticktock.testkit.model.Reply.Answer;
import io.ticktock.testkit.model.Reply.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An answer in the words of the protocol.
 *
 * @param number of its request, in the ledger
 */
record Completion(int number, ModelRequest request, Answer answer) {

    /** Of the day that the protocol's own examples are of: nothing here tells the time. */
    private static final long CREATED = 1_741_569_952L;

    /** The answer as one. */
    Map<String, Object> whole() {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", "assistant");
        message.put("content", answer.calls().isEmpty() ? answer.text() : null);
        if (!answer.calls().isEmpty()) {
            List<Object> calls = new ArrayList<>();
            for (int i = 0; i < answer.calls().size(); i++) {
                calls.add(call(i, answer.calls().get(i).arguments()));
            }
            message.put("tool_calls", calls);
        }
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put("message", message);
        choice.put("logprobs", null);
        choice.put("finish_reason", finishReason());
        Map<String, Object> tree = tree("chat.completion", List.of(choice));
        tree.put("usage", usage());
        return tree;
    }

    /** A part of it, of a stream. */
    Map<String, Object> chunk(Map<String, Object> delta, String finishReason) {
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put("delta", delta);
        choice.put("logprobs", null);
        choice.put("finish_reason", finishReason);
        Map<String, Object> tree = tree("chat.completion.chunk", List.of(choice));
        if (request.wantsUsage()) {
            tree.put("usage", null);
        }
        return tree;
    }

    /** The last part of a stream that tells its usage. */
    Map<String, Object> usageChunk() {
        Map<String, Object> tree = tree("chat.completion.chunk", List.of());
        tree.put("usage", usage());
        return tree;
    }

    Map<String, Object> call(int index, String arguments) {
        Call call = answer.calls().get(index);
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", arguments);
        Map<String, Object> tree = new LinkedHashMap<>();
        // The same for the same place in the same conversation.
        tree.put("id", "call_" + request.messages().size() + "_" + index);
        tree.put("type", "function");
        tree.put("function", function);
        return tree;
    }

    String finishReason() {
        return answer.calls().isEmpty() ? "stop" : "tool_calls";
    }

    long outputTokens() {
        return Tokens.of(answer.text())
                + answer.calls().stream()
                        .mapToLong(call -> Tokens.of(call.name()) + Tokens.of(call.arguments()))
                        .sum();
    }

    private Map<String, Object> tree(String object, List<?> choices) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("id", "chatcmpl-scripted-" + number);
        tree.put("object", object);
        tree.put("created", CREATED);
        tree.put("model", request.model());
        tree.put("system_fingerprint", "scripted");
        tree.put("choices", choices);
        return tree;
    }

    private Map<String, Object> usage() {
        Map<String, Object> usage = new LinkedHashMap<>();
        usage.put("prompt_tokens", request.inputTokens());
        usage.put("completion_tokens", outputTokens());
        usage.put("total_tokens", request.inputTokens() + outputTokens());
        usage.put("prompt_tokens_details", Map.of("cached_tokens", request.cachedTokens(), "audio_tokens", 0L));
        usage.put("completion_tokens_details", Map.of("reasoning_tokens", 0L));
        return usage;
    }
}
