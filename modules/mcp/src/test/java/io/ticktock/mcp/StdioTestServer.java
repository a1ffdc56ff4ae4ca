package io.ticktock.mcp;

import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpServerFeatures.SyncPromptSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncResourceSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.GetPromptResult;
import io.modelcontextprotocol.spec.McpSchema.Prompt;
import io.modelcontextprotocol.spec.McpSchema.PromptMessage;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceResult;
import io.modelcontextprotocol.spec.McpSchema.Resource;
import io.modelcontextprotocol.spec.McpSchema.Role;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A server over standard input and output, built with the SDK; some of its tools misbehave as no server should. */
final class StdioTestServer {

    private static final OutputStream RAW = new FileOutputStream(FileDescriptor.out);

    private StdioTestServer() {}

    /** How it is started. */
    static List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                StdioTestServer.class.getName());
    }

    public static void main(String[] args) {
        System.err.println("the test server is up");
        McpServer.sync(new StdioServerTransportProvider(new PlainJsonMapper()))
                .serverInfo("test", "1")
                .jsonMapper(new PlainJsonMapper())
                .jsonSchemaValidator((schema, value) -> ValidationResponse.asValid(null))
                .validateToolInputs(false)
                .capabilities(ServerCapabilities.builder()
                        .tools(true)
                        .resources(false, false)
                        .prompts(false)
                        .build())
                .tools(TestTools.all().stream()
                        .map(tool -> new SyncToolSpecification(tool, (exchange, request) -> call(request)))
                        .toList())
                .resources(new SyncResourceSpecification(
                        Resource.builder("docs://readme", "readme").build(),
                        (exchange, request) -> ReadResourceResult.builder(
                                        List.of(TextResourceContents.builder(request.uri(), "read me")
                                                .build()))
                                .build()))
                .prompts(new SyncPromptSpecification(
                        Prompt.builder("greet").build(),
                        (exchange, request) -> GetPromptResult.builder(List.of(PromptMessage.builder(
                                                Role.USER,
                                                TextContent.builder("greet "
                                                                + request.arguments()
                                                                        .get("name"))
                                                        .build())
                                        .build()))
                                .build()))
                .build();
    }

    private static CallToolResult call(CallToolRequest request) {
        switch (request.name()) {
            case "die" -> Runtime.getRuntime().halt(3);
            case "stop" -> stop();
            case "flood" -> flood("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}\n");
            case "garbage" -> write("this is no message\n{\"jsonrpc\":\n\u0000\u0001{]\n");
            case "endless" -> flood("x".repeat(8192));
            default -> {
                return TestTools.call(request);
            }
        }
        return CallToolResult.builder().addTextContent("done").build();
    }

    /** As one whose machine has stopped: it answers nothing, and does not end when it is asked to. */
    private static void stop() {
        try {
            new ProcessBuilder(
                            "kill",
                            "-STOP",
                            String.valueOf(ProcessHandle.current().pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void flood(String text) {
        while (!Thread.currentThread().isInterrupted()) {
            write(text);
        }
    }

    private static void write(String text) {
        try {
            synchronized (System.out) {
                RAW.write(text.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            Runtime.getRuntime().halt(4);
        }
    }
}
