package io.ticktock.llm;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import io.ticktock.sdk.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a model is asked.
 *
 * @param maxTokens of the answer
 * @param schema of the answer, if it is to be JSON
 * @param mustUseTools whether the answer has to call a tool
 * @param isLarge whether writing it takes long
 */
record Ask(
        String model,
        List<ChatMessage> messages,
        OptionalDouble temperature,
        int maxTokens,
        Optional<Map<?, ?>> schema,
        List<ToolSpecification> tools,
        boolean mustUseTools,
        boolean isLarge) {

    /** The same with more that was said. */
    Ask with(List<ChatMessage> more) {
        List<ChatMessage> all = new ArrayList<>(messages);
        all.addAll(more);
        return new Ask(model, all, temperature, maxTokens, schema, tools, mustUseTools, isLarge);
    }

    ChatRequest request() {
        var parameters = ChatRequestParameters.builder().modelName(model).maxOutputTokens(maxTokens);
        temperature.ifPresent(parameters::temperature);
        if (!tools.isEmpty()) {
            parameters.toolSpecifications(tools).toolChoice(mustUseTools ? ToolChoice.REQUIRED : ToolChoice.AUTO);
        }
        schema.ifPresent(tree -> parameters.responseFormat(format(tree)));
        return ChatRequest.builder()
                .messages(messages)
                .parameters(parameters.build())
                .build();
    }

    private static ResponseFormat format(Map<?, ?> schema) {
        return ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name("answer")
                        .rootElement(JsonRawSchema.from(Json.write(schema).toStringUtf8()))
                        .build())
                .build();
    }
}
