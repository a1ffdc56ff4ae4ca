package io.ticktock.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.opentelemetry.api.common.Attributes;
import io.ticktock.bus.trace.GenAiAttributes;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.ResourceUsage;
import io.ticktock.proto.v1.Totals;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GenAiAttributesTest {

    private static Map<String, Object> map(Attributes attributes) {
        Map<String, Object> map = new TreeMap<>();
        attributes.forEach((key, value) -> map.put(key.getKey(), value));
        return map;
    }

    @Test
    void whatAModelUsedIsToldInTheWordsOfTheConventions() {
        PolicyTelemetry telemetry = PolicyTelemetry.newBuilder()
                .setTokensUsed(140)
                .setCostMicros(2_500)
                .setUsage(ResourceUsage.newBuilder()
                        .setInputTokens(100)
                        .setOutputTokens(40)
                        .setCachedTokens(60))
                .build();
        assertEquals(
                Map.of(
                        "gen_ai.operation.name", "chat",
                        "gen_ai.usage.input_tokens", 100L,
                        "gen_ai.usage.output_tokens", 40L,
                        "gen_ai.usage.cache_read.input_tokens", 60L,
                        "ticktock.tokens_used", 140L,
                        "ticktock.cost_micros", 2_500L),
                map(GenAiAttributes.of(telemetry)));
    }

    @Test
    void whereNoModelWasAskedNothingIsSaidOfOne() {
        PolicyTelemetry telemetry = PolicyTelemetry.newBuilder()
                .setLatencyMs(7)
                .putMeasures("secret", 1)
                .build();
        assertEquals(Map.of(), map(GenAiAttributes.of(telemetry)));
    }

    @Test
    void aLifetimeIsAnAgentThatIsInvoked() {
        GraphReference graph = GraphReference.newBuilder()
                .setName("newton")
                .setVersion("1.0.0")
                .setDigest("ab")
                .build();
        assertEquals(
                Map.of(
                        "gen_ai.operation.name", "invoke_agent",
                        "gen_ai.agent.name", "newton",
                        "gen_ai.agent.version", "1.0.0",
                        "ticktock.executions", 9L),
                map(GenAiAttributes.of(
                        graph, Totals.newBuilder().setExecutions(9).build())));
    }
}
