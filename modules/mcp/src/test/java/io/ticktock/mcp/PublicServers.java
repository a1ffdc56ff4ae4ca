package io.ticktock.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.ticktock.sdk.Failed;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TestAttempt;
import io.ticktock.sdk.Value;
import io.ticktock.sdk.running.Secrets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the reference servers of the protocol's authors, from the npm registry. Not part of a build: see docs/testing.md. */
class PublicServers {

    private static final String VERSION = System.getProperty("mcp.servers.version", "2026.8.31");
    private static final String EVERYTHING = "@modelcontextprotocol/server-everything@" + VERSION;
    private static final String FILES = "@modelcontextprotocol/server-filesystem@" + VERSION;
    private static final int CALLS = 200;

    @BeforeAll
    static void requireNode() throws Exception {
        for (String program : List.of("node", "npx")) {
            try {
                Process process = new ProcessBuilder(program, "--version")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                assertTrue(process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0, program + " --version");
            } catch (IOException e) {
                fail("these tests need " + program + " on the path", e);
            }
        }
    }

    @Test
    void everythingOverStandardInputAndOutput() {
        try (McpServers servers = servers(new ServerAddress.Command(List.of("npx", "-y", EVERYTHING), Map.of()))) {
            everything("stdio", servers);
        }
    }

    @Test
    void everythingOverHttp() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        ProcessBuilder builder = new ProcessBuilder("npx", "-y", EVERYTHING, "streamableHttp");
        builder.environment().put("PORT", Integer.toString(port));
        Process server = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            awaitPort(server, port);
            URI url = URI.create("http://127.0.0.1:" + port + "/mcp");
            try (McpServers servers = servers(new ServerAddress.Endpoint(url, Map.of()))) {
                everything("streamable HTTP", servers);
            }
        } finally {
            List<ProcessHandle> started = server.descendants().toList();
            server.destroy();
            started.forEach(ProcessHandle::destroy);
        }
    }

    private static void awaitPort(Process server, int port) throws Exception {
        Instant deadline = Instant.now().plusSeconds(120);
        while (Instant.now().isBefore(deadline) && server.isAlive()) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertTrue(socket.isConnected());
                return;
            } catch (IOException notYet) {
                Thread.sleep(100);
            }
        }
        fail("the server did not listen at port " + port);
    }

    private static void everything(String how, McpServers servers) {
        Asked asked = new Asked(servers, "public");
        Instant begun = Instant.now();
        assertEquals(
                "Echo: hello",
                asked.value("echo", Map.of("message", "hello"), "text").tree());
        Duration first = Duration.between(begun, Instant.now());
        assertTrue(asked.value("get-sum", Map.of("a", 2, "b", 3), "text")
                .tree()
                .toString()
                .contains("5"));
        Value image = asked.value("get-tiny-image", Map.of(), "binary");
        assertEquals("image/png", image.mediaType());
        assertEquals("PNG", image.bytes().substring(1, 4).toStringUtf8());
        Value weather = asked.value("get-structured-content", Map.of("location", "New York"), "structured");
        assertTrue(((Map<?, ?>) weather.tree()).containsKey("temperature"), weather.tree()::toString);
        TestAttempt attempt = new TestAttempt("default");
        Value resource = Asked.value(Asked.end(
                asked.start(attempt, "resource", "demo://resource/static/document/architecture.md", Map.of(), "text")));
        assertTrue(resource.sizeBytes() > 0);
        Value prompt =
                Asked.value(Asked.end(asked.start(attempt, "prompt", "args-prompt", Map.of("city", "Paris"), "text")));
        assertTrue(prompt.tree().toString().contains("Paris"), prompt.tree()::toString);
        assertInstanceOf(Failed.class, asked.outcome("get-sum", Map.of("a", "two"), "all"));
        assertInstanceOf(Failed.class, asked.outcome("no-such-tool", Map.of(), "all"));
        cancel(asked);
        measure(how, first, asked);
    }

    /** A long operation that is wanted no more leaves the server as it was. */
    private static void cancel(Asked asked) {
        TestAttempt attempt = new TestAttempt("default");
        CompletableFuture<TaskOutcome> slow = asked.start(
                attempt, "tool", "trigger-long-running-operation", Map.of("duration", 30, "steps", 5), "all");
        asked.value("echo", Map.of("message", "meanwhile"), "text");
        attempt.cancel();
        assertInstanceOf(Failed.class, Asked.end(slow));
        asked.value("echo", Map.of("message", "afterwards"), "text");
    }

    private static void measure(String how, Duration first, Asked asked) {
        List<Long> micros = new ArrayList<>();
        for (int call = 0; call < CALLS; call++) {
            long begun = System.nanoTime();
            asked.value("echo", Map.of("message", "m" + call), "text");
            micros.add((System.nanoTime() - begun) / 1_000);
        }
        micros.sort(null);
        long begun = System.nanoTime();
        IntStream.range(0, CALLS)
                .mapToObj(call ->
                        asked.start(new TestAttempt("default"), "tool", "echo", Map.of("message", "p" + call), "text"))
                .toList()
                .forEach(outcome -> Asked.value(Asked.end(outcome)));
        long perSecond = CALLS * 1_000_000_000L / (System.nanoTime() - begun);
        System.out.printf(
                "%s: first answer after %d ms; %d calls, median %.1f ms, p99 %.1f ms; side by side %d a second%n",
                how,
                first.toMillis(),
                CALLS,
                micros.get(CALLS / 2) / 1_000.0,
                micros.get(CALLS * 99 / 100) / 1_000.0,
                perSecond);
    }

    @Test
    void filesThatMayBeReadAndOthers(@TempDir Path folder) throws IOException {
        Path shared = Files.createDirectory(folder.toRealPath().resolve("shared"));
        Path secret = Files.writeString(folder.toRealPath().resolve("secret.txt"), "not for you");
        Files.writeString(shared.resolve("note.txt"), "for you");
        ServerAddress address = new ServerAddress.Command(List.of("npx", "-y", FILES, shared.toString()), Map.of());
        try (McpServers servers = servers(address)) {
            Asked asked = new Asked(servers, "public");
            assertEquals(
                    "for you",
                    asked.value(
                                    "read_text_file",
                                    Map.of("path", shared.resolve("note.txt").toString()),
                                    "text")
                            .tree());
            Path written = shared.resolve("written.txt");
            asked.value("write_file", Map.of("path", written.toString(), "content", "by a Task"), "text");
            assertEquals("by a Task", Files.readString(written));
            Failed refused = asked.failure("read_text_file", Map.of("path", secret.toString()));
            assertEquals("mcp_tool_error", refused.code());
        }
    }

    private static McpServers servers(ServerAddress address) {
        return new McpServers(
                McpConfiguration.of(List.of(new ServerConfiguration(
                        "public",
                        address,
                        Set.of("default"),
                        Duration.ofMinutes(3),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(5),
                        16 << 20,
                        CALLS))),
                names -> Secrets.NONE);
    }
}
