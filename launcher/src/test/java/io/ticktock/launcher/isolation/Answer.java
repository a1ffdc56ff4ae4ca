package io.ticktock.launcher.isolation;

import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Everything that came back.
 *
 * @param status of HTTP, or of gRPC with its message
 * @param headers with trailers, by their names in small letters
 * @param body byte by byte, each as the character of its number; of gRPC every field of every message
 */
public record Answer(String status, SortedMap<String, String> headers, String body) {

    /** Differ between any two answers: the time of day. */
    private static final Set<String> OF_THE_MOMENT = Set.of("date");

    public Answer {
        headers = new TreeMap<>(headers);
        headers.keySet().removeAll(OF_THE_MOMENT);
    }

    /** With every text in it rewritten. */
    Answer rewriting(UnaryOperator<String> rewrite) {
        SortedMap<String, String> rewritten = new TreeMap<>();
        headers.forEach((name, value) -> rewritten.put(name, rewrite.apply(value)));
        return new Answer(rewrite.apply(status), rewritten, rewrite.apply(body));
    }

    Answer withoutHeader(String name) {
        SortedMap<String, String> others = new TreeMap<>(headers);
        others.remove(name);
        return new Answer(status, others, body);
    }

    public boolean isSuccess() {
        return status.startsWith("2") || status.startsWith("OK");
    }

    public boolean has(String text) {
        return toString().contains(text);
    }

    @Override
    public String toString() {
        return status + "\n" + headers + "\n" + body;
    }
}
