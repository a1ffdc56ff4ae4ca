package io.ticktock.mcp;

import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What the servers of the tests can do. */
final class TestTools {

    static final byte[] PICTURE = {(byte) 0x89, 'P', 'N', 'G', 1, 2, 3};

    private static final List<String> NAMES = List.of(
            "echo",
            "add",
            "picture",
            "odd_picture",
            "large",
            "broken",
            "slow",
            "environment",
            "die",
            "stop",
            "flood",
            "garbage",
            "endless");

    private TestTools() {}

    static List<Tool> all() {
        return NAMES.stream().map(TestTools::tool).toList();
    }

    private static Tool tool(String name) {
        Map<String, Object> schema = name.equals("add")
                ? Map.of(
                        "type",
                        "object",
                        "properties",
                        Map.of("a", Map.of("type", "number"), "b", Map.of("type", "number")),
                        "required",
                        List.of("a", "b"),
                        "additionalProperties",
                        false)
                : Map.of("type", "object");
        return Tool.builder(name, schema).build();
    }

    static CallToolResult call(CallToolRequest request) {
        Map<String, Object> arguments = request.arguments() == null ? Map.of() : request.arguments();
        return switch (request.name()) {
            case "add" ->
                CallToolResult.builder()
                        .addTextContent("a sum")
                        .structuredContent(Map.of("sum", number(arguments, "a") + number(arguments, "b")))
                        .build();
            case "picture" -> picture("image/png");
            case "odd_picture" -> picture("image/png\r\nSet-Cookie: a=b");
            case "large" -> text("x".repeat((int) number(arguments, "bytes")));
            case "broken" ->
                CallToolResult.builder()
                        .addTextContent("no such city")
                        .isError(true)
                        .build();
            case "slow" -> slow((long) number(arguments, "ms"));
            case "environment" -> text(String.join(",", System.getenv().keySet()) + ' ' + System.getenv("GIVEN"));
            default -> text(String.valueOf(arguments.get("text")));
        };
    }

    private static CallToolResult picture(String mediaType) {
        return CallToolResult.builder()
                .addTextContent("a picture")
                .addContent(ImageContent.builder(Base64.getEncoder().encodeToString(PICTURE), mediaType)
                        .build())
                .build();
    }

    private static CallToolResult text(String text) {
        return CallToolResult.builder().addTextContent(text).build();
    }

    private static double number(Map<String, Object> arguments, String name) {
        return ((Number) arguments.get(name)).doubleValue();
    }

    private static CallToolResult slow(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return text("slept");
    }
}
