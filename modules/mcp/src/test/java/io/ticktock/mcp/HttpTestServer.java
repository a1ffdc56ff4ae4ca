package io.ticktock.mcp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpStatelessServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.server.McpStatelessServerHandler;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import io.modelcontextprotocol.spec.McpStatelessServerTransport;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;

/** A server over HTTP, built with the SDK; some of its tools make it misbehave as no server should. */
final class HttpTestServer implements McpStatelessServerTransport, AutoCloseable {

    static final String KEY = "Bearer of-a-secret";

    private static final int FLOOD_BYTES = 64 << 20;

    /** How often it was asked what tools it has. */
    final AtomicInteger listings = new AtomicInteger();

    /** What clients did not want any more. */
    final BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();

    /** Streams that clients keep open although nothing comes over them. */
    final AtomicInteger dangling = new AtomicInteger();

    private final PlainJsonMapper json = new PlainJsonMapper();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private McpStatelessServerHandler handler;

    HttpTestServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/mcp", this::answer);
        McpServer.sync(this)
                .serverInfo("test", "1")
                .jsonMapper(json)
                .jsonSchemaValidator((schema, value) -> ValidationResponse.asValid(null))
                .validateToolInputs(false)
                .capabilities(ServerCapabilities.builder().tools(false).build())
                .tools(TestTools.all().stream()
                        .map(tool -> new SyncToolSpecification(tool, (context, request) -> TestTools.call(request)))
                        .toList())
                .build();
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp");
    }

    @Override
    public void setMcpHandler(McpStatelessServerHandler given) {
        handler = given;
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.empty();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("POST")) {
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            if (!KEY.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            answer(exchange, McpSchema.deserializeJsonRpcMessage(json, body));
        }
    }

    private void answer(HttpExchange exchange, JSONRPCMessage message) throws IOException {
        if (message instanceof JSONRPCNotification notification) {
            if (notification.method().equals("notifications/cancelled")) {
                cancelled.add(String.valueOf(notification.params()));
            }
            exchange.sendResponseHeaders(202, -1);
            return;
        }
        JSONRPCRequest request = (JSONRPCRequest) message;
        if (request.method().equals("tools/list")) {
            listings.incrementAndGet();
        }
        String tool = request.params() instanceof Map<?, ?> params ? String.valueOf(params.get("name")) : "";
        switch (tool) {
            case "die" -> exchange.close();
            case "stop" -> hang();
            case "dangle" -> dangle(exchange);
            case "garbage" -> send(exchange, "application/json", "{\"jsonrpc\":".getBytes(StandardCharsets.UTF_8));
            case "flood" -> flood(exchange, "text/event-stream", "event: message\ndata: {}\n\n");
            case "endless" -> flood(exchange, "application/json", "x".repeat(1_024));
            default ->
                send(
                        exchange,
                        "application/json",
                        json.writeValueAsBytes(handler.handleRequest(McpTransportContext.EMPTY, request)
                                .block()));
        }
    }

    private static void send(HttpExchange exchange, String mediaType, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", mediaType);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private static void flood(HttpExchange exchange, String mediaType, String piece) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", mediaType);
        exchange.sendResponseHeaders(200, 0);
        byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
        OutputStream out = exchange.getResponseBody();
        for (int sent = 0; sent < FLOOD_BYTES; sent += bytes.length) {
            out.write(bytes);
        }
    }

    /** Until the client has closed it. */
    private void dangle(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        dangling.incrementAndGet();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                exchange.getResponseBody().write(": nothing\n\n".getBytes(StandardCharsets.UTF_8));
                exchange.getResponseBody().flush();
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            dangling.decrementAndGet();
        }
    }

    private static void hang() {
        try {
            TimeUnit.SECONDS.sleep(30);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
