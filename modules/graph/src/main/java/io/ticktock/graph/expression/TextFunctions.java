package io.ticktock.graph.expression;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What expressions can do with text. Each takes time in proportion to the text. */
final class TextFunctions {

    private TextFunctions() {}

    /** The lines, without their ends; an end of line at the end of the text starts no further line. */
    static List<String> lines(String text) {
        return bounded(text.lines().limit(Limits.MAX_ELEMENTS + 1L).toList());
    }

    /** What blank lines separate. A blank line has nothing, or nothing but white space. */
    static List<String> paragraphs(String text) {
        List<String> paragraphs = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        for (String line : lines(text)) {
            if (!line.isBlank()) {
                current.append(current.isEmpty() ? "" : "\n").append(line);
            } else if (!current.isEmpty()) {
                paragraphs.add(current.toString());
                current.setLength(0);
            }
        }
        if (!current.isEmpty()) {
            paragraphs.add(current.toString());
        }
        return paragraphs;
    }

    /** The runs of the letters A to Z, in lower case. Equal words share one instance: a book has few different ones. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        Map<String, String> known = new HashMap<>();
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean letter = i < text.length() && isLetter(text.charAt(i));
            if (letter && start < 0) {
                start = i;
            } else if (!letter && start >= 0) {
                String word = text.substring(start, i).toLowerCase(Locale.ROOT);
                words.add(known.computeIfAbsent(word, same -> same));
                start = -1;
                ListFunctions.check(words.size());
            }
        }
        return words;
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String replace(String text, String from, String to) {
        if (from.isEmpty()) {
            throw new ExpressionFailure("replace needs a text to look for that is not empty");
        }
        StringBuilder replaced = new StringBuilder();
        int start = 0;
        for (int at = text.indexOf(from); at >= 0; at = text.indexOf(from, start)) {
            append(replaced, text.substring(start, at));
            append(replaced, to);
            start = at + from.length();
        }
        return append(replaced, text.substring(start)).toString();
    }

    /** The parts between the separators; with an empty separator the single characters. */
    static List<String> split(String text, String separator) {
        if (separator.isEmpty()) {
            return bounded(text.codePoints()
                    .limit(Limits.MAX_ELEMENTS + 1L)
                    .mapToObj(Character::toString)
                    .toList());
        }
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, start)) {
            parts.add(text.substring(start, at));
            start = at + separator.length();
            ListFunctions.check(parts.size());
        }
        parts.add(text.substring(start));
        return parts;
    }

    static String join(List<?> list, String separator) {
        StringBuilder joined = new StringBuilder();
        boolean first = true;
        for (Object element : list) {
            append(joined, first ? "" : separator);
            append(joined, of(PlainValues.toPlain(element)));
            first = false;
        }
        return joined.toString();
    }

    static String concat(String left, String right) {
        checkLength((long) left.length() + right.length());
        return left.concat(right);
    }

    /** A plain value as it stands in a text: text as it is, anything else as JSON. */
    static String of(Object plain) {
        return plain instanceof String text ? text : PlainJson.write(plain);
    }

    /** Appends within the bound. */
    static StringBuilder append(StringBuilder text, String more) {
        checkLength((long) text.length() + more.length());
        return text.append(more);
    }

    private static void checkLength(long chars) {
        if (chars > Limits.MAX_TEXT_CHARS) {
            throw new ExpressionFailure("the text is longer than " + Limits.MAX_TEXT_CHARS + " characters");
        }
    }

    private static List<String> bounded(List<String> list) {
        ListFunctions.check(list.size());
        return list;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    /** SHA-256, in hexadecimal digits. */
    static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
