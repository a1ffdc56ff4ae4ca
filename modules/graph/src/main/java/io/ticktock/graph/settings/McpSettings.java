package io.ticktock.graph.settings;

import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.VariableUse;
import io.ticktock.graph.expression.Variables;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Type {@code mcp}: asks a server that speaks the Model Context Protocol, as the configuration names it.
 *
 * @param server its name in the configuration
 * @param target what is asked of it
 * @param name text: name of the tool or prompt, or URI of the resource
 * @param allow what the name may be; one that ends in {@code *} stands for all that begin so
 * @param arguments of a tool or prompt, a map
 * @param take what of the answer becomes the result
 */
public record McpSettings(
        String server, Target target, Template name, List<String> allow, Template arguments, Take take)
        implements TaskSettings {

    /** What can be asked. */
    public enum Target {
        TOOL,
        RESOURCE,
        PROMPT;

        /** The key in a graph. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What of an answer becomes the result. */
    public enum Take {
        /** An object of the text, the structured content and all contents. */
        ALL,
        /** The texts, one below the other. */
        TEXT,
        /** What a tool gives as a tree. */
        STRUCTURED,
        /** The bytes of the first image, sound or file, with its media type. */
        BINARY;

        /** The value in a graph. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public VariableUse uses() {
        return name.uses().and(arguments.uses());
    }

    @Override
    public Set<String> secrets() {
        return arguments.secrets();
    }

    /** Whether a name that is asked for stands in the list, and does not lead out of what a {@code *} stands for. */
    public static boolean isAllowed(List<String> allow, String name) {
        return allow.stream()
                .anyMatch(allowed -> allowed.endsWith("*")
                        ? name.startsWith(allowed.substring(0, allowed.length() - 1)) && !climbs(name)
                        : name.equals(allowed));
    }

    /** Whether a part of it stands for the folder above, however it is written. */
    private static boolean climbs(String name) {
        String plain = name.toLowerCase(Locale.ROOT)
                .replace("%2e", ".")
                .replace("%2f", "/")
                .replace("%5c", "/")
                .replace('\\', '/');
        return List.of(plain.split("[/?#]", -1)).contains("..");
    }

    /** As the graph says it, with values for expressions. */
    public Map<String, Object> tree(Variables variables, UnaryOperator<String> secretOf) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("server", server);
        tree.put(target.key(), name.evaluate(variables));
        tree.put("allow", allow);
        tree.put("arguments", arguments.evaluate(variables, secretOf));
        tree.put("take", take.word());
        return tree;
    }
}
