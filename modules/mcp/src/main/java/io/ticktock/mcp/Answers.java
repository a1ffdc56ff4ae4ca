package io.ticktock.mcp;

import com.google.protobuf.ByteString;
import io.modelcontextprotocol.spec.McpSchema.AudioContent;
import io.modelcontextprotocol.spec.McpSchema.BlobResourceContents;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Content;
import io.modelcontextprotocol.spec.McpSchema.EmbeddedResource;
import io.modelcontextprotocol.spec.McpSchema.GetPromptResult;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.PromptMessage;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceResult;
import io.modelcontextprotocol.spec.McpSchema.ResourceContents;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import io.ticktock.graph.settings.McpSettings.Take;
import io.ticktock.sdk.JsonException;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.Value;
import io.ticktock.sdk.running.Secrets;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What becomes of an answer: a result, or the failure of an attempt. */
final class Answers {

    private static final int MOST_ERROR_CHARS = 1_000;
    private static final String ANY_BYTES = "application/octet-stream";
    private static final PlainJsonMapper JSON = new PlainJsonMapper();

    /** What a server calls its bytes goes into records and headers. */
    private static final Pattern MEDIA_TYPE =
            Pattern.compile("[\\w!#$&^.+-]{1,100}/[\\w!#$&^.+-]{1,100}(; ?[\\w-]{1,50}=[\\w.\"-]{1,50}){0,4}");

    private Answers() {}

    static TaskOutcome ofTool(CallToolResult answer, Take take, Secrets secrets) {
        List<Content> contents = answer.content() == null ? List.of() : answer.content();
        if (Boolean.TRUE.equals(answer.isError())) {
            String text = secrets.redacted(text(contents));
            return TaskOutcome.failure(
                    "mcp_tool_error", "the tool reported an error: " + shortened(text.strip()), true);
        }
        return switch (take) {
            case TEXT -> text(text(contents), secrets);
            case STRUCTURED ->
                answer.structuredContent() == null
                        ? nothing("structured content")
                        : json(answer.structuredContent(), secrets);
            case BINARY -> binary(contents.stream().flatMap(content -> bytes(content).stream()), secrets);
            case ALL -> {
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("text", text(contents));
                all.put("structured", answer.structuredContent());
                all.put("content", tree(answer, "content"));
                yield json(all, secrets);
            }
        };
    }

    static TaskOutcome ofResource(ReadResourceResult answer, Take take, Secrets secrets) {
        List<ResourceContents> contents = answer.contents() == null ? List.of() : answer.contents();
        String text =
                contents.stream().flatMap(content -> text(content).stream()).collect(Collectors.joining("\n"));
        return switch (take) {
            case TEXT -> text(text, secrets);
            case STRUCTURED -> nothing("structured content");
            case BINARY -> binary(contents.stream().flatMap(content -> bytes(content).stream()), secrets);
            case ALL -> json(Map.of("text", text, "contents", tree(answer, "contents")), secrets);
        };
    }

    static TaskOutcome ofPrompt(GetPromptResult answer, Take take, Secrets secrets) {
        List<PromptMessage> messages = answer.messages() == null ? List.of() : answer.messages();
        List<Content> contents = messages.stream().map(PromptMessage::content).toList();
        return switch (take) {
            case TEXT -> text(text(contents), secrets);
            case STRUCTURED -> nothing("structured content");
            case BINARY -> binary(contents.stream().flatMap(content -> bytes(content).stream()), secrets);
            case ALL -> json(Map.of("text", text(contents), "messages", tree(answer, "messages")), secrets);
        };
    }

    private static TaskOutcome nothing(String what) {
        return TaskOutcome.failure("mcp_nothing_to_take", "the answer has no " + what + " to take", false);
    }

    private static TaskOutcome text(String text, Secrets secrets) {
        return TaskOutcome.success(
                Value.of("text/plain; charset=utf-8", ByteString.copyFromUtf8(secrets.redacted(text))));
    }

    private static TaskOutcome json(Object tree, Secrets secrets) {
        try {
            return TaskOutcome.success(secrets.redacted(Value.json(plain(tree))));
        } catch (JsonException e) {
            throw McpFailure.lasting("mcp_invalid_answer", "the answer cannot be kept: " + e.getMessage());
        }
    }

    private static TaskOutcome binary(Stream<Value> values, Secrets secrets) {
        return values.findFirst()
                .map(value -> TaskOutcome.success(secrets.redacted(value)))
                .orElseGet(() -> nothing("image, sound or file"));
    }

    private static String text(List<Content> contents) {
        return contents.stream().flatMap(content -> text(content).stream()).collect(Collectors.joining("\n"));
    }

    private static Optional<String> text(Content content) {
        if (content instanceof TextContent text) {
            return Optional.ofNullable(text.text());
        }
        return content instanceof EmbeddedResource embedded ? text(embedded.resource()) : Optional.empty();
    }

    private static Optional<String> text(ResourceContents contents) {
        return contents instanceof TextResourceContents text ? Optional.ofNullable(text.text()) : Optional.empty();
    }

    private static Optional<Value> bytes(Content content) {
        if (content instanceof ImageContent image) {
            return Optional.of(bytes(image.mimeType(), image.data()));
        }
        if (content instanceof AudioContent audio) {
            return Optional.of(bytes(audio.mimeType(), audio.data()));
        }
        return content instanceof EmbeddedResource embedded ? bytes(embedded.resource()) : Optional.empty();
    }

    private static Optional<Value> bytes(ResourceContents contents) {
        return contents instanceof BlobResourceContents blob
                ? Optional.of(bytes(blob.mimeType(), blob.blob()))
                : Optional.empty();
    }

    private static Value bytes(String mediaType, String base64) {
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(base64 == null ? "" : base64);
            boolean isNamed = mediaType != null && MEDIA_TYPE.matcher(mediaType).matches();
            return Value.of(isNamed ? mediaType : ANY_BYTES, ByteString.copyFrom(bytes));
        } catch (IllegalArgumentException e) {
            throw McpFailure.lasting("mcp_invalid_answer", "the answer has bytes that are not in Base64");
        }
    }

    /** A field as the protocol writes it: what kind of content one is, only the whole answer tells. */
    private static Object tree(Object answer, String field) {
        Object tree = JSON.convertValue(answer, Map.class).get(field);
        return tree == null ? List.of() : tree;
    }

    /** With the kinds of numbers that trees have. */
    private static Object plain(Object tree) {
        if (tree instanceof BigInteger || tree instanceof BigDecimal) {
            return ((Number) tree).doubleValue();
        }
        if (tree instanceof Map<?, ?> map) {
            Map<Object, Object> plain = new LinkedHashMap<>();
            map.forEach((name, value) -> plain.put(name, plain(value)));
            return plain;
        }
        if (tree instanceof List<?> list) {
            List<Object> plain = new ArrayList<>(list.size());
            list.forEach(element -> plain.add(plain(element)));
            return plain;
        }
        return tree;
    }

    static String shortened(String text) {
        return text.length() > MOST_ERROR_CHARS ? text.substring(0, MOST_ERROR_CHARS) + "…" : text;
    }
}
