package io.ticktock.executor.type;

import io.ticktock.graph.expression.SecretReference;
import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.Variables;
import io.ticktock.graph.settings.CustomPlanSettings;
import io.ticktock.graph.settings.CustomTaskSettings;
import io.ticktock.graph.settings.LlmPlanSettings;
import io.ticktock.graph.settings.LlmTaskSettings;
import io.ticktock.graph.settings.McpSettings;
import io.ticktock.graph.settings.NodeSettings;
import io.ticktock.sdk.Settings;
import io.ticktock.sdk.running.Secrets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** What the graph says about a node, over the variables of one attempt; these are looked at when first needed. */
public final class AttemptSettings implements Settings {

    private final NodeSettings node;
    private final Supplier<Variables> source;
    private final Secrets secrets;
    private Variables variables;
    private Map<String, Object> tree;

    /** @param secrets that the settings refer to; without them the references stay as they are */
    public AttemptSettings(NodeSettings node, Supplier<Variables> variables, Secrets secrets) {
        this.node = node;
        this.source = variables;
        this.secrets = secrets;
    }

    /** Of an author's own type, of llm and of mcp; the other built-in types have typed settings instead. */
    @Override
    public synchronized Map<String, Object> tree() {
        if (tree == null) {
            tree = node instanceof McpSettings mcp
                    ? Collections.unmodifiableMap(mcp.tree(variables(), this::secret))
                    : evaluate(template());
        }
        return tree;
    }

    /** The settings of a built-in type. */
    static <T extends NodeSettings> T of(Settings settings, Class<T> type) {
        return type.cast(((AttemptSettings) settings).node);
    }

    /** What the expressions of a built-in type's settings see. */
    static Variables variables(Settings settings) {
        return ((AttemptSettings) settings).variables();
    }

    /** What a built-in type's settings refer to. */
    static Secrets secrets(Settings settings) {
        return ((AttemptSettings) settings).secrets;
    }

    /** What the expressions of the settings see. */
    public synchronized Variables variables() {
        if (variables == null) {
            variables = source.get();
        }
        return variables;
    }

    private Template template() {
        if (node instanceof CustomTaskSettings task) {
            return task.settings();
        }
        if (node instanceof CustomPlanSettings plan) {
            return plan.settings();
        }
        if (node instanceof LlmTaskSettings llm) {
            return llm.ask();
        }
        if (node instanceof LlmPlanSettings llm) {
            return llm.ask();
        }
        return Template.literal(Map.of());
    }

    private String secret(String name) {
        return secrets.isEmpty() ? SecretReference.to(name) : secrets.value(name);
    }

    private Object evaluated(Template template) {
        return secrets.isEmpty() ? template.evaluate(variables()) : template.evaluate(variables(), secrets::value);
    }

    private Map<String, Object> evaluate(Template template) {
        Object value = template.isLiteral() ? template.literalValue() : evaluated(template);
        Map<String, Object> settings = new LinkedHashMap<>();
        ((Map<?, ?>) value).forEach((name, setting) -> settings.put((String) name, setting));
        return Collections.unmodifiableMap(settings);
    }
}
