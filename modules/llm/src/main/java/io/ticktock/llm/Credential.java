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

    /** The text with a reference where it has the key. */
    String redacted(String text) {
        return value.map(key -> text.replace(key, SecretReference.to(secret))).orElse(text);
    }

    /** The tree with a reference where a text of it has the key. */
    Object redactedTree(Object tree) {
        if (value.isEmpty()) {
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
