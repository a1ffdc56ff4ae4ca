package io.ticktock.bus.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.ResourceUsage;
import io.ticktock.proto.v1.Totals;

/**
 * Telemetry in the words of OpenTelemetry's conventions for generative AI; the only place that knows them. They are not
 * final yet, so what they lack, or what models are not about, has names of our own.
 */
public final class GenAiAttributes {

    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("gen_ai.operation.name");
    private static final AttributeKey<String> AGENT_NAME = AttributeKey.stringKey("gen_ai.agent.name");
    private static final AttributeKey<String> AGENT_VERSION = AttributeKey.stringKey("gen_ai.agent.version");
    private static final AttributeKey<Long> INPUT_TOKENS = AttributeKey.longKey("gen_ai.usage.input_tokens");
    private static final AttributeKey<Long> OUTPUT_TOKENS = AttributeKey.longKey("gen_ai.usage.output_tokens");
    private static final AttributeKey<Long> CACHED_TOKENS =
            AttributeKey.longKey("gen_ai.usage.cache_read.input_tokens");
    private static final AttributeKey<Long> TOKENS = AttributeKey.longKey("ticktock.tokens_used");
    private static final AttributeKey<Long> COST = AttributeKey.longKey("ticktock.cost_micros");
    private static final AttributeKey<Long> EXECUTIONS = AttributeKey.longKey("ticktock.executions");

    private static final String CHAT = "chat";
    private static final String INVOKE_AGENT = "invoke_agent";

    private GenAiAttributes() {}

    /** Of an attempt: what it used. Nothing where no model was asked and nothing was paid for. */
    public static Attributes of(PolicyTelemetry telemetry) {
        AttributesBuilder attributes = Attributes.builder();
        ResourceUsage usage = telemetry.getUsage();
        if (telemetry.getTokensUsed() > 0) {
            attributes.put(OPERATION, CHAT).put(TOKENS, telemetry.getTokensUsed());
        }
        putIfAny(attributes, INPUT_TOKENS, usage.getInputTokens());
        putIfAny(attributes, OUTPUT_TOKENS, usage.getOutputTokens());
        putIfAny(attributes, CACHED_TOKENS, usage.getCachedTokens());
        putIfAny(attributes, COST, telemetry.getCostMicros());
        return attributes.build();
    }

    /** Of a lifetime: the graph is the agent, and this is what it used in all. */
    public static Attributes of(GraphReference graph, Totals totals) {
        AttributesBuilder attributes = Attributes.builder()
                .put(OPERATION, INVOKE_AGENT)
                .put(AGENT_NAME, graph.getName())
                .put(AGENT_VERSION, graph.getVersion());
        putIfAny(attributes, EXECUTIONS, totals.getExecutions());
        putIfAny(attributes, TOKENS, totals.getTokensUsed());
        putIfAny(attributes, COST, totals.getCostMicros());
        return attributes.build();
    }

    private static void putIfAny(AttributesBuilder attributes, AttributeKey<Long> key, long amount) {
        if (amount > 0) {
            attributes.put(key, amount);
        }
    }
}
