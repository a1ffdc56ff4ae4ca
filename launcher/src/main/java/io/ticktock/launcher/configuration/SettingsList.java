package io.ticktock.launcher.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A list as one text: its elements with commas between them, and {@code \\} before a comma that is part of one. */
final class SettingsList {

    private SettingsList() {}

    static String joined(List<String> elements) {
        return elements.stream()
                .map(element -> element.replace("\\", "\\\\").replace(",", "\\,"))
                .collect(Collectors.joining(","));
    }

    /** The elements without space around them; empty ones do not count. */
    static List<String> split(String text) {
        List<String> elements = new ArrayList<>();
        StringBuilder element = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ',') {
                add(elements, element);
            } else {
                boolean isEscape = c == '\\' && i + 1 < text.length();
                element.append(isEscape ? text.charAt(++i) : c);
            }
        }
        add(elements, element);
        return List.copyOf(elements);
    }

    private static void add(List<String> elements, StringBuilder element) {
        String word = element.toString().strip();
        if (!word.isEmpty()) {
            elements.add(word);
        }
        element.setLength(0);
    }
}
