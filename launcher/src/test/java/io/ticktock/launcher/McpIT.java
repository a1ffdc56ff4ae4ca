package io.ticktock.launcher;

import static io.ticktock.launcher.ServedApi.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.ticktock.launcher.faults.ServerPorts;
import io.ticktock.mcp.PlainJsonMapper;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both sides of the Model Context Protocol: a client of the SDK asks this system, and this system asks itself. */
class McpIT {

    private static final Path NEWTON = Path.of("..", "conf", "graphs", "newton.yaml");
    private static final String MISTAKEN = """
            graph: mistaken
            version: 1.0.0
            start: ask
            tasks:
              ask: {type: mcp, server: self, tool: newten, arguments: {}}
            edges:
              - ask -> END [FINAL]
            """;
    private static final String MISTAKE = "task ask: tool: the server self has no tool newten; did you mean newton?";

    private static final Path APPROVAL = Path.of("..", "conf", "graphs", "approval.yaml");

    @TempDir
    private static Path folder;

    private static ServedApi api;
    private static String address;

    @BeforeAll
    static void start() throws Exception {
        int port = ServerPorts.free();
        address = "http://127.0.0.1:" + port;
        api = ServedApi.start(
                folder,
                "api.port=" + port,
                // So that as many calls as can wait may come at once.
                "api.max_starts=1000",
                "mcp.servers.self.url=" + address + "/mcp",
                "mcp.servers.away.url=http://127.0.0.1:9/mcp");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void graphsAreToolsOfTheTenantWhoseTheyAre() throws Exception {
        String key = api.tenant("tools");
        api.register(key, NEWTON);
        api.register(key, APPROVAL);
        try (McpSyncClient client = client(key)) {
            client.initialize();
            client.ping();
            List<Tool> tools = client.listTools().tools();
            assertEquals(
                    List.of("_get_lifetime", "approval", "newton"),
                    tools.stream().map(Tool::name).toList());
            assertTrue(tools.get(2).description().startsWith("Finds the square root of n"), tools::toString);

            CallToolResult ended = call(client, "newton", Map.of("input", Map.of("n", 9)));
            assertFalse(ended.isError());
            JsonNode lifetime = tree(ended);
            assertEquals("completed", lifetime.get("status").asText());
            assertEquals(3.0, lifetime.at("/output/root").asDouble(), 1e-6);

            JsonNode waiting = tree(call(client, "approval", Map.of("input", Map.of("text", "x"), "wait", 0.1)));
            assertEquals("running", waiting.get("status").asText());
            String id = waiting.get("lifetime_id").asText();
            JsonNode seen = tree(call(client, "_get_lifetime", Map.of("lifetime_id", id)));
            assertEquals(id, seen.get("lifetime_id").asText());
            assertRefusals(client);
            assertNothingOfOthers(id);
        }
    }

    private static void assertRefusals(McpSyncClient client) {
        McpError unknown = assertThrows(McpError.class, () -> call(client, "no-such-graph", Map.of()));
        assertEquals(-32602, unknown.getJsonRpcError().code());
        CallToolResult slip = call(client, "newton", Map.of("inputs", Map.of()));
        assertTrue(slip.isError());
        assertTrue(tree(slip).get("detail").asText().contains("unknown field 'inputs'"), slip::toString);
        assertTrue(call(client, "newton", Map.of("wait", "long")).isError());
    }

    private static void assertNothingOfOthers(String id) throws Exception {
        try (McpSyncClient stranger = client(api.tenant("stranger"))) {
            assertEquals(1, stranger.listTools().tools().size());
            assertThrows(McpError.class, () -> call(stranger, "newton", Map.of()));
            CallToolResult foreign = call(stranger, "_get_lifetime", Map.of("lifetime_id", id));
            CallToolResult absent = call(
                    stranger,
                    "_get_lifetime",
                    Map.of("lifetime_id", UUID.randomUUID().toString()));
            assertTrue(foreign.isError());
            assertEquals(absent, foreign);
        }
    }

    @Test
    void noTenantTakesAllPlacesToWaitIn() throws Exception {
        String many = api.tenant("many");
        String few = api.tenant("few");
        api.register(many, APPROVAL);
        api.register(few, APPROVAL);
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        List<CompletableFuture<HttpResponse<byte[]>>> calls = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            calls.add(http.sendAsync(
                    asking(many, "60, \"idempotency_key\": \"one\"").build(), BodyHandlers.ofByteArray()));
        }
        Instant deadline = Instant.now().plusSeconds(30);
        while (calls.stream().filter(CompletableFuture::isDone).count() < 64) {
            assertTrue(Instant.now().isBefore(deadline), "all of them wait");
            Thread.onSpinWait();
        }
        long begunNanos = System.nanoTime();
        JsonNode still = json(api.send(asking(few, "1"))).at("/result/structuredContent");
        assertEquals("running", still.get("status").asText(), still::toString);
        assertTrue(System.nanoTime() - begunNanos > Duration.ofMillis(900).toNanos(), "it was not waited for");

        JsonNode one = json(api.get(many, "/v1/lifetimes")).at("/lifetimes/0/lifetime_id");
        api.post(many, "/v1/lifetimes/" + one.asText() + ":abort", "{}");
        for (CompletableFuture<HttpResponse<byte[]>> call : calls) {
            assertEquals(200, call.get(30, TimeUnit.SECONDS).statusCode());
        }
    }

    /** @param wait for how long, in seconds */
    private static HttpRequest.Builder asking(String key, String wait) {
        String call = """
                {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                 "params": {"name": "approval", "arguments": {"input": {"text": "x"}, "wait": %s}}}
                """.formatted(wait);
        return api.request(key, "/mcp").timeout(Duration.ofMinutes(2)).POST(BodyPublishers.ofString(call));
    }

    @Test
    void aTaskAsksAServer() throws Exception {
        api.register("", NEWTON);
        HttpResponse<byte[]> registered = api.post("", "/v1/graphs", """
                graph: asks
                version: 1.0.0
                start: ask
                tasks:
                  ask:
                    type: mcp
                    server: self
                    tool: "${input.tool}"
                    allow: [newton]
                    arguments: {input: {n: "${input.n}"}, wait: 20}
                    take: structured
                edges:
                  - ask -> END [FINAL]
                """);
        assertEquals(201, registered.statusCode(), () -> ServedApi.text(registered));
        String asked = api.start("", "{\"graph\": \"asks\", \"input\": {\"tool\": \"newton\", \"n\": 16}}");
        JsonNode shown = api.awaitStatus("", asked, "completed");
        assertEquals(4.0, shown.at("/output/output/root").asDouble(), 1e-6);

        String refused = api.start("", "{\"graph\": \"asks\", \"input\": {\"tool\": \"_get_lifetime\", \"n\": 1}}");
        JsonNode failed = api.awaitStatus("", refused, "failed");
        JsonNode record = json(api.get("", refused + "/executions")).at("/executions/0/error");
        assertEquals("mcp_not_allowed", record.get("code").asText(), failed::toString);
    }

    @Test
    void aGraphIsCheckedAgainstTheToolsThatThereAre() throws Exception {
        api.register("", NEWTON);
        ServedApi.assertProblem(400, MISTAKE, api.post("", "/v1/graphs", MISTAKEN));
        ServedApi.assertProblem(400, MISTAKE, api.post("", "/v1/graphs:validate", MISTAKEN));
        HttpResponse<byte[]> unchecked =
                api.post("", "/v1/graphs", MISTAKEN.replace("newten", "newton").replace("self", "away"));
        assertEquals(201, unchecked.statusCode(), () -> ServedApi.text(unchecked));
        assertEquals(
                "task ask: server: away does not answer, so that its tools were not checked",
                json(unchecked).at("/warnings/0").asText());
    }

    @Test
    void theCommandLineHasItChecked() throws Exception {
        api.register("", NEWTON);
        Path file = Files.writeString(folder.resolve("mistaken.yaml"), MISTAKEN);
        List<String> here = List.of(
                "--data", folder.resolve("here").toString(), "--set", "mcp.servers.self.url=" + address + "/mcp");
        for (List<String> where : List.of(List.of("--server", address), here)) {
            List<String> typed = new ArrayList<>(List.of("run", file.toString()));
            typed.addAll(where);
            TypedCommand refused = TypedCommand.run(Map.of(), typed);
            assertEquals(2, refused.exitCode(), refused::toString);
            assertEquals("ticktock: " + file + ": " + MISTAKE + "\n", refused.err());
        }
        Path unchecked = Files.writeString(
                folder.resolve("unchecked.yaml"),
                MISTAKEN.replace("mistaken", "unchecked").replace("self", "away"));
        TypedCommand warned = TypedCommand.run(Map.of(), List.of("run", unchecked.toString(), "--server", address));
        String warning = "ticktock: warning: " + unchecked
                + ": task ask: server: away does not answer, so that its tools were not checked\n";
        assertTrue(warned.err().startsWith(warning), warned::toString);
    }

    @Test
    void whatIsNoMessageIsRefusedAsOne() throws Exception {
        HttpResponse<byte[]> broken = api.post("", "/mcp", "{\"jsonrpc\": \"1.0\"}");
        assertEquals(400, broken.statusCode());
        assertEquals(-32600, json(broken).at("/error/code").asInt());
        HttpResponse<byte[]> noMethod =
                api.post("", "/mcp", "{\"jsonrpc\": \"2.0\", \"id\": 7, \"method\": \"prompts/list\"}");
        assertEquals(-32601, json(noMethod).at("/error/code").asInt());
        assertEquals(7, json(noMethod).get("id").asInt());
        HttpRequest.Builder read = api.request("", "/mcp").GET();
        assertEquals(405, api.send(read).statusCode());
        HttpRequest.Builder stranger = api.request("tt_none_none", "/mcp")
                .POST(HttpRequest.BodyPublishers.ofString("{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"ping\"}"));
        assertEquals(401, api.send(stranger).statusCode());
    }

    private static McpSyncClient client(String key) {
        return McpClient.sync(HttpClientStreamableHttpTransport.builder(address)
                        .jsonMapper(new PlainJsonMapper())
                        .requestBuilder(HttpRequest.newBuilder().header("Authorization", "Bearer " + key))
                        .build())
                .requestTimeout(Duration.ofSeconds(60))
                .jsonSchemaValidator((schema, value) -> ValidationResponse.asValid(null))
                .build();
    }

    private static CallToolResult call(McpSyncClient client, String tool, Map<String, Object> arguments) {
        return client.callTool(
                CallToolRequest.builder(tool).arguments(arguments).build());
    }

    private static JsonNode tree(CallToolResult result) {
        return new PlainJsonMapper().convertValue(result.structuredContent(), JsonNode.class);
    }
}
