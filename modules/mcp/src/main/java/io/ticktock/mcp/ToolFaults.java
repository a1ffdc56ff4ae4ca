package io.ticktock.mcp;

import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.ticktock.graph.expression.SecretReference;
import io.ticktock.graph.expression.SimilarNames;
import io.ticktock.graph.settings.BoundedSchema;
import io.ticktock.graph.settings.McpSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a node asks of the tools of its server that these do not take. */
final class ToolFaults {

    private static final String ANSWER = "the answer: ";
    private static final int MOST_NAMES = 20;

    private final McpSettings settings;
    private final Map<String, Tool> tools;
    private final List<String> faults = new ArrayList<>();

    ToolFaults(McpSettings settings, Map<String, Tool> tools) {
        this.settings = settings;
        this.tools = tools;
    }

    List<String> find() {
        String asked = settings.name().isLiteral() ? (String) settings.name().literalValue() : "";
        if (!asked.isEmpty()) {
            requireTool("tool", asked);
        }
        settings.allow().stream()
                .filter(allowed -> !allowed.endsWith("*") && !allowed.equals(asked))
                .forEach(allowed -> requireTool("allow", allowed));
        if (tools.containsKey(asked)) {
            checkArguments(tools.get(asked));
        }
        return List.copyOf(faults);
    }

    private void requireTool(String field, String name) {
        if (!tools.containsKey(name)) {
            faults.add(
                    field + ": the server " + settings.server() + " has no tool " + name + meant(name, tools.keySet()));
        }
    }

    /** Names of arguments are always known, and values where they hold no expression. */
    private void checkArguments(Tool tool) {
        if (!(settings.arguments().source() instanceof Map<?, ?> arguments) || tool.inputSchema() == null) {
            return;
        }
        Map<String, Object> schema = tool.inputSchema();
        if (schema.get("required") instanceof List<?> required) {
            required.stream()
                    .filter(name -> !arguments.containsKey(name))
                    .forEach(name -> faults.add("arguments." + name + ": the tool " + tool.name() + " needs " + name
                            + "; add it to arguments"));
        }
        Map<?, ?> properties = schema.get("properties") instanceof Map<?, ?> known ? known : Map.of();
        boolean isClosed = Boolean.FALSE.equals(schema.get("additionalProperties"));
        arguments.forEach((name, value) -> checkArgument(tool.name(), properties, isClosed, (String) name, value));
    }

    private void checkArgument(String tool, Map<?, ?> properties, boolean isClosed, String name, Object value) {
        if (!properties.containsKey(name)) {
            if (isClosed) {
                faults.add("arguments." + name + ": the tool " + tool + " takes no " + name
                        + meant(name, names(properties)));
            }
            return;
        }
        // A schema that refers to another part of the whole is left to the server.
        if (isLiteral(value)
                && properties.get(name) instanceof Map<?, ?> property
                && BoundedSchema.faultsOfSchema(property).isEmpty()) {
            BoundedSchema.of(property)
                    .faultsOf(value)
                    .forEach(fault ->
                            faults.add("arguments." + name + ", as the tool " + tool + " takes it: " + about(fault)));
        }
    }

    private static Collection<String> names(Map<?, ?> properties) {
        Collection<String> names = new TreeSet<>();
        properties.keySet().forEach(name -> names.add((String) name));
        return names;
    }

    private static String meant(String name, Collection<String> known) {
        return SimilarNames.closest(name, known)
                .map(near -> "; did you mean " + near + "?")
                .orElseGet(() -> "; it has " + some(known));
    }

    private static String some(Collection<String> known) {
        String first = known.stream().limit(MOST_NAMES).collect(Collectors.joining(", "));
        return known.size() > MOST_NAMES ? first + " and " + (known.size() - MOST_NAMES) + " more" : first;
    }

    /** Without whom a form is for otherwise. */
    private static String about(String fault) {
        return fault.startsWith(ANSWER) ? fault.substring(ANSWER.length()) : fault;
    }

    private static boolean isLiteral(Object value) {
        if (value instanceof String text) {
            return !text.contains("${") && !SecretReference.isMeant(text);
        }
        if (value instanceof Map<?, ?> map) {
            return map.values().stream().allMatch(ToolFaults::isLiteral);
        }
        return !(value instanceof List<?> list) || list.stream().allMatch(ToolFaults::isLiteral);
    }
}
