package io.ticktock.mcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.expression.SecretReference;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TestAttempt;
import io.ticktock.sdk.running.Secrets;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server elsewhere, over HTTP, that behaves, or does not. */
class HttpServerTest {

    private static final int MAX_MESSAGE_BYTES = 64 << 10;

    private HttpTestServer server;
    private McpServers servers;
    private Asked asked;

    @BeforeEach
    void open() throws IOException {
        server = new HttpTestServer();
        Secrets secrets = Secrets.of(Map.of("KEY", HttpTestServer.KEY), SecretReference::to);
        servers = new McpServers(
                McpConfiguration.of(List.of(
                        server("test", "secret:KEY", Duration.ofSeconds(1), 8),
                        server("roomy", "secret:KEY", Duration.ofSeconds(3), 64),
                        server("patient", "secret:KEY", Duration.ofSeconds(20), 8),
                        server("stranger", "Bearer nothing", Duration.ofSeconds(5), 8))),
                names -> secrets);
        asked = new Asked(servers, "test");
    }

    private ServerConfiguration server(String name, String key, Duration callTimeout, int maxCalls) {
        return new ServerConfiguration(
                name,
                new ServerAddress.Endpoint(server.url(), Map.of("Authorization", key)),
                Set.of(ServerConfiguration.ALL),
                Duration.ofSeconds(10),
                callTimeout,
                Duration.ofSeconds(10),
                MAX_MESSAGE_BYTES,
                maxCalls);
    }

    @AfterEach
    void close() {
        servers.close();
        server.close();
    }

    @Test
    void resultsAreWhatTheNodeTakes() {
        Asked asked = new Asked(servers, "patient");
        assertEquals(
                Map.of("sum", 3.0),
                asked.value("add", Map.of("a", 1, "b", 2), "structured").tree());
        assertArrayEquals(
                TestTools.PICTURE,
                asked.value("picture", Map.of(), "binary").bytes().toByteArray());
        assertEquals(
                "application/octet-stream",
                asked.value("odd_picture", Map.of(), "binary").mediaType());
        assertEquals("mcp_tool_error", asked.failure("broken", Map.of()).code());
        assertEquals("mcp_refused", asked.failure("unknown", Map.of()).code());
    }

    @Test
    void whatGoesWrongFailsOneAttempt() {
        for (String tool : List.of("die", "garbage", "flood", "endless")) {
            Failed failed = asked.failure(tool, Map.of());
            assertTrue(
                    List.of("mcp_unreachable", "mcp_timeout", "mcp_server_died", "mcp_invalid_answer")
                            .contains(failed.code()),
                    () -> tool + ": " + failed);
            assertTrue(failed.retryable());
            asked.requireWorks();
        }
        assertTrue(asked.failure("large", Map.of("bytes", 2 * MAX_MESSAGE_BYTES))
                .code()
                .startsWith("mcp_"));
        asked.requireWorks();
    }

    @Test
    void aServerHearsThatAnAnswerIsWantedNoMore() throws InterruptedException {
        assertEquals("mcp_timeout", asked.failure("stop", Map.of()).code());
        asked.requireWorks();
        String cancelled = server.cancelled.poll(20, TimeUnit.SECONDS);
        assertTrue(String.valueOf(cancelled).contains("requestId"), cancelled);
    }

    @Test
    void streamsThatNobodyWaitsForDoNotPileUp() {
        Asked roomy = new Asked(servers, "roomy");
        List<TestAttempt> attempts =
                Stream.generate(() -> new TestAttempt("default")).limit(36).toList();
        List<CompletableFuture<TaskOutcome>> outcomes = attempts.stream()
                .map(attempt -> roomy.start(attempt, "tool", "dangle", Map.of(), "all"))
                .toList();
        awaitThat(() -> server.dangling.get() == 36);
        attempts.forEach(TestAttempt::cancel);
        outcomes.forEach(Asked::end);
        assertEquals(36, server.dangling.get());
        assertEquals("here", roomy.value("echo", Map.of("text", "here"), "text").tree());
        awaitThat(() -> server.dangling.get() == 0);
        assertEquals("here", roomy.value("echo", Map.of("text", "here"), "text").tree());
    }

    private static void awaitThat(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, "it did not come about");
            Thread.onSpinWait();
        }
    }

    @Test
    void whoIsNotLetInFailsWithoutTheReasonBeingOurs() {
        Failed failed = new Asked(servers, "stranger").failure("echo", Map.of());
        assertEquals("mcp_server_down", failed.code());
    }
}
