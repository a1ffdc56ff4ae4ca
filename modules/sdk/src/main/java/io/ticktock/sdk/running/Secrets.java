package io.ticktock.sdk.running;

import com.google.protobuf.ByteString;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.Json;
import io.ticktock.sdk.JsonException;
import io.ticktock.sdk.Value;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Secrets that were given to an attempt, or to what works for many attempts. What these make must not tell them: where one
 * stands in a text, it is replaced by the reference to it.
 */
public final class Secrets implements DeltaBuffer.Redaction {

    public static final Secrets NONE = new Secrets(Map.of(), List.of());

    /** A part of a secret that is shorter may stand in any text. */
    private static final int LEAST_PART = 8;

    private final Map<String, String> values;
    private final List<Trace> traces;

    /**
     * A text that tells a secret, or a part of it.
     *
     * @param reference what stands in its place
     */
    private record Trace(String text, ByteString bytes, String name, String reference) {

        Trace(String text, String name, String reference) {
            this(text, ByteString.copyFromUtf8(text), name, reference);
        }
    }

    private Secrets(Map<String, String> values, List<Trace> traces) {
        this.values = values;
        this.traces = traces;
    }

    /**
     * Of these values by name.
     *
     * @param reference to a secret, by its name
     */
    public static Secrets of(Map<String, String> values, UnaryOperator<String> reference) {
        List<Trace> traces = new ArrayList<>();
        values.forEach((name, value) ->
                forms(value).forEach(form -> traces.add(new Trace(form, name, reference.apply(name)))));
        // A longer one first, since it may begin with a shorter one.
        traces.sort(
                Comparator.comparingInt((Trace trace) -> trace.text().length()).reversed());
        return new Secrets(Map.copyOf(values), List.copyOf(traces));
    }

    /** The value of a secret; that there is one was seen to before. */
    public String value(String name) {
        return values.get(name);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** The text with references instead of secrets. */
    @Override
    public String redacted(String text) {
        String redacted = text;
        for (Trace trace : traces) {
            redacted = redacted.replace(trace.text(), trace.reference());
        }
        return redacted;
    }

    /** With how many characters at the text's end a secret may begin. */
    @Override
    public int unfinished(String text) {
        int longest = 0;
        for (Trace trace : traces) {
            int most = Math.min(trace.text().length() - 1, text.length());
            for (int length = most; length > longest; length--) {
                if (trace.text().startsWith(text.substring(text.length() - length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }

    /** An error's code, which goes into metrics and traces too, as far as it tells no secret. */
    public String redactedCode(String code) {
        return redacted(code).equals(code) ? code : "handler_failed";
    }

    /** What is logged of a failure. */
    public String redacted(Throwable cause) {
        StringWriter text = new StringWriter();
        cause.printStackTrace(new PrintWriter(text, true));
        return redacted(text.toString());
    }

    /**
     * The value with references instead of secrets; the same where there are none in it. Throws {@link HandlerFailure} when
     * it is neither JSON nor text, so that nothing can be replaced in it.
     */
    public Value redacted(Value value) {
        if (isEmpty() || value.payload().hasBlob()) {
            return value;
        }
        if (value.isJson()) {
            return redactedJson(value);
        }
        Optional<String> name = nameIn(value.bytes());
        if (name.isEmpty()) {
            return value;
        }
        if (!value.mediaType().startsWith("text/")) {
            throw told(name.get());
        }
        return Value.of(
                value.mediaType(),
                ByteString.copyFromUtf8(redacted(value.bytes().toStringUtf8())));
    }

    private Value redactedJson(Value value) {
        try {
            Object tree = value.tree();
            Object redacted = redactedTree(tree);
            return Objects.equals(redacted, tree) ? value : Value.json(redacted);
        } catch (JsonException notJson) {
            return Value.of(
                    value.mediaType(),
                    ByteString.copyFromUtf8(redacted(value.bytes().toStringUtf8())));
        }
    }

    /** A tree of Map, List, String, numbers, Boolean and null with references instead of secrets. */
    public Object redactedTree(Object tree) {
        if (tree instanceof String text) {
            return redacted(text);
        }
        if (tree instanceof Map<?, ?> map) {
            Map<String, Object> redacted = new LinkedHashMap<>();
            map.forEach((name, value) -> redacted.put(redacted((String) name), redactedTree(value)));
            return Collections.unmodifiableMap(redacted);
        }
        if (tree instanceof List<?> list) {
            List<Object> redacted = new ArrayList<>(list.size());
            list.forEach(element -> redacted.add(redactedTree(element)));
            return Collections.unmodifiableList(redacted);
        }
        return tree;
    }

    /** The stream, which fails as soon as one of the secrets comes along in it. */
    public InputStream guarded(InputStream stream) {
        return isEmpty() ? stream : new GuardedStream(stream, this);
    }

    /** Throws {@link HandlerFailure} when one of the secrets is in what cannot be changed. */
    public void requireNoneIn(ByteString bytes) {
        nameIn(bytes).ifPresent(name -> {
            throw told(name);
        });
    }

    private Optional<String> nameIn(ByteString bytes) {
        if (isEmpty()) {
            return Optional.empty();
        }
        // One character for each byte: what is looked for is found wherever it stands.
        String text = bytes.toString(StandardCharsets.ISO_8859_1);
        return traces.stream()
                .filter(trace -> text.contains(trace.bytes().toString(StandardCharsets.ISO_8859_1)))
                .map(Trace::name)
                .findFirst();
    }

    int longestBytes() {
        return traces.stream().mapToInt(trace -> trace.bytes().size()).max().orElse(0);
    }

    private static HandlerFailure told(String name) {
        return new HandlerFailure(
                "secret_in_result", "the result has the secret " + name + " in it, and was not recorded", false);
    }

    /** As which a secret comes back: as it is, written in another way, and the parts that count without the rest. */
    private static Set<String> forms(String value) {
        Set<String> forms = new LinkedHashSet<>();
        addForms(value, forms);
        for (String part : value.split("\\s+", -1)) {
            addForms(part, forms);
        }
        if (value.startsWith("http://") || value.startsWith("https://")) {
            addForms(value.replaceFirst("[?#].*", ""), forms);
            // Behind the host, since a host alone is no secret.
            String behind = value.replaceFirst("https?://[^/?#]*", "");
            addForms(behind, forms);
            for (String part : behind.split("[/?&#=]", -1)) {
                addForms(part, forms);
            }
        }
        return forms;
    }

    private static void addForms(String text, Set<String> forms) {
        if (text.length() < LEAST_PART) {
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String json = Json.write(text).toStringUtf8();
        String url = URLEncoder.encode(text, StandardCharsets.UTF_8);
        forms.add(text);
        forms.add(json.substring(1, json.length() - 1));
        forms.add(url);
        forms.add(url.replace("+", "%20"));
        forms.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
        forms.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** Without values. */
    @Override
    public String toString() {
        return "Secrets" + values.keySet();
    }
}
