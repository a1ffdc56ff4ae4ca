package io.ticktock.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.graph.Task;
import io.ticktock.graph.TaskExamination.Findings;
import io.ticktock.sdk.running.Secrets;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is found out about the tools of a node before its graph is registered. */
class ToolExaminationTest {

    private static HttpTestServer server;
    private static McpServers servers;

    @BeforeAll
    static void open() throws IOException {
        server = new HttpTestServer();
        servers = new McpServers(
                McpConfiguration.of(List.of(
                        server("test", server.url(), Set.of("default")),
                        server("others", server.url(), Set.of("acme")),
                        server("away", URI.create("http://127.0.0.1:9/mcp"), Set.of("default")))),
                names -> Secrets.NONE);
    }

    private static ServerConfiguration server(String name, URI url, Set<String> tenants) {
        return new ServerConfiguration(
                name,
                new ServerAddress.Endpoint(url, Map.of("Authorization", HttpTestServer.KEY)),
                tenants,
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                1 << 20,
                8);
    }

    @AfterAll
    static void close() {
        servers.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\1', textBlock = """
            test   | tool: add, arguments: {a: 1, b: 2.5}              |
            test   | tool: add, arguments: "${input}"                  |
            test   | tool: add, arguments: {a: "${input.a}", b: 2}     |
            test   | tool: echo, arguments: {anything: goes}           |
            test   | tool: "${input.tool}", allow: [echo, ad*]         |
            test   | tool: ecko                                        | tool: the server test has no tool ecko; did you mean echo?
            test   | tool: "${input.tool}", allow: [echo, ecko]        | allow: the server test has no tool ecko; did you mean echo?
            test   | tool: add, arguments: {a: 1}                      | arguments.b: the tool add needs b; add it to arguments
            test   | tool: add, arguments: {a: 1, b: 2, c: 3}          | arguments.c: the tool add takes no c; did you mean a?
            test   | tool: add, arguments: {a: one, b: 2}              | arguments.a, as the tool add takes it: is "one"; give a number
            none   | tool: add                                         | server: there is no server none for this tenant; the configuration of the executor declares them, as mcp.servers
            others | tool: add                                         | server: there is no server others for this tenant; the configuration of the executor declares them, as mcp.servers
            """)
    void aFaultNamesTheField(String server, String settings, String fault) {
        Findings found = examine(server, settings);
        assertEquals(fault == null ? List.of() : List.of(fault), found.faults());
        assertEquals(List.of(), found.warnings());
    }

    @Test
    void aServerThatDoesNotAnswerIsAWarning() {
        assertEquals(
                new Findings(List.of(), List.of("server: away does not answer, so that its tools were not checked")),
                examine("away", "tool: add"));
    }

    @Test
    void aGraphOfManyTasksAsksItsServerOnce() {
        ToolExamination examination = new ToolExamination(servers);
        Task task = task("test", "tool: ecko");
        int before = server.listings.get();
        List<CompletableFuture<Findings>> found = Stream.generate(
                        () -> examination.examine("default", task).toCompletableFuture())
                .limit(100)
                .toList();
        found.forEach(each -> assertEquals(
                List.of("tool: the server test has no tool ecko; did you mean echo?"),
                end(each).faults()));
        int asked = server.listings.get() - before;
        assertTrue(asked <= 10, asked + " times");
    }

    private static Findings examine(String server, String settings) {
        return end(new ToolExamination(servers)
                .examine("default", task(server, settings))
                .toCompletableFuture());
    }

    private static Findings end(CompletableFuture<Findings> found) {
        return found.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static Task task(String server, String settings) {
        AgentGraph graph = GraphParser.parse(
                "graph.yaml", """
                graph: asks
                version: 1.0.0
                start: ask
                tasks:
                  ask: {type: mcp, server: %s, %s}
                edges:
                  - ask -> END [FINAL]
                """.formatted(server, settings).getBytes(StandardCharsets.UTF_8), "default");
        return (Task) graph.node("ask");
    }
}
