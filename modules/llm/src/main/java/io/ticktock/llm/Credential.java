package io.ticktock.llm;

import io.ticktock.graph.expression.SecretReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a provider asks for before it answers.
 *
 * @param secret its name
 * @param value never shown
 */
record Credential(String secret, Optional<String> value) {

    static final Credential NONE = new Credential("", Optional.empty());

    /** A shorter one, such as servers of one's own are given, is no secret and may stand in any text. */
    private static final int LEAST_KEY = 8;

    private Optional<String> hidden() {
        return value.filter(key -> key.length() >= LEAST_KEY);
    }

    /** The text with a reference where it has the key. */
    String redacted(String text) {
        return hidden().map(key -> text.replace(key, SecretReference.to(secret)))
                .orElse(text);
    }

    /** With how many characters at the text's end the key may begin. */
    int unfinished(String text) {
        return hidden().map(key -> {
                    int length = Math.min(key.length() - 1, text.length());
                    while (length > 0 && !key.startsWith(text.substring(text.length() - length))) {
                        length--;
                    }
                    return length;
                })
                .orElse(0);
    }

    /** The tree with a reference where a text of it has the key. */
    Object redactedTree(Object tree) {
        if (hidden().isEmpty()) {
            return tree;
        }
        if (tree instanceof String text) {
            return redacted(text);
        }
        if (tree instanceof Map<?, ?> map) {
            Map<String, Object> redacted = new LinkedHashMap<>();
            map.forEach((name, item) -> redacted.put(redacted((String) name), redactedTree(item)));
            return redacted;
        }
        if (tree instanceof List<?> list) {
            List<Object> redacted = new ArrayList<>(list.size());
            list.forEach(item -> redacted.add(redactedTree(item)));
            return redacted;
        }
        return tree;
    }

    @Override
    public String toString() {
        return "Credential[" + secret + "]";
    }
}
