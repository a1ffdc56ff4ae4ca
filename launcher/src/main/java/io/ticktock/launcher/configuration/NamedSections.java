package io.ticktock.launcher.configuration;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Sections that whoever configures names, so that the shipped file cannot hold their keys. */
final class NamedSections {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");

    /** Keys of each such section; one that ends in a dot may have any name behind it. */
    private static final Map<String, Set<String>> KEYS =
            Map.of("mcp.servers", McpSection.KEYS, "llm.providers", LlmSection.KEYS);

    private NamedSections() {}

    static boolean holds(String key) {
        return KEYS.entrySet().stream().anyMatch(group -> holds(group.getKey() + '.', group.getValue(), key));
    }

    private static boolean holds(String prefix, Set<String> known, String key) {
        if (!key.startsWith(prefix)) {
            return false;
        }
        String[] parts = key.substring(prefix.length()).split("\\.", 2);
        return parts.length == 2
                && NAME.matcher(parts[0]).matches()
                && known.stream()
                        .anyMatch(name -> name.endsWith(".")
                                ? parts[1].startsWith(name) && parts[1].length() > name.length()
                                : parts[1].equals(name));
    }
}
