package io.ticktock.mcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.expression.SecretReference;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TestAttempt;
import io.ticktock.sdk.Value;
import io.ticktock.sdk.running.Secrets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against a server that is a process of its own, and that behaves, or does not. */
class StdioServerTest {

    private static final int MAX_MESSAGE_BYTES = 64 << 10;
    private static final String SECRET = "very-secret-value";

    private static McpServers servers;
    private static Asked asked;
    /** Of the same kind of server, whose time is short. */
    private static Asked hasty;

    @BeforeAll
    static void open() {
        Secrets secrets = Secrets.of(Map.of("GIVEN", SECRET), SecretReference::to);
        servers = new McpServers(
                McpConfiguration.of(
                        List.of(server("test", Duration.ofSeconds(20)), server("hasty", Duration.ofSeconds(1)))),
                names -> secrets);
        asked = new Asked(servers, "test");
        hasty = new Asked(servers, "hasty");
    }

    private static ServerConfiguration server(String name, Duration callTimeout) {
        return new ServerConfiguration(
                name,
                new ServerAddress.Command(StdioTestServer.command(), Map.of("GIVEN", "secret:GIVEN")),
                Set.of("default"),
                Duration.ofSeconds(30),
                callTimeout,
                Duration.ofMillis(200),
                MAX_MESSAGE_BYTES,
                4);
    }

    @AfterAll
    static void close() {
        servers.close();
        List<ProcessHandle> left = ProcessHandle.current().children().toList();
        assertEquals(List.of(), left, "processes that were left running");
    }

    @Test
    void resultsAreWhatTheNodeTakes() {
        Value all = asked.value("add", Map.of("a", 1, "b", 2.5), "all");
        assertEquals(
                Map.of(
                        "text",
                        "a sum",
                        "structured",
                        Map.of("sum", 3.5),
                        "content",
                        List.of(Map.of("type", "text", "text", "a sum"))),
                all.tree());
        assertEquals(
                Map.of("sum", 3.0),
                asked.value("add", Map.of("a", 1, "b", 2), "structured").tree());
        assertEquals(
                "hello", asked.value("echo", Map.of("text", "hello"), "text").tree());
        Value picture = asked.value("picture", Map.of(), "binary");
        assertEquals("image/png", picture.mediaType());
        assertArrayEquals(TestTools.PICTURE, picture.bytes().toByteArray());
        Failed nothing = assertInstanceOf(Failed.class, asked.outcome("echo", Map.of("text", "x"), "binary"));
        assertEquals("mcp_nothing_to_take", nothing.code());
    }

    @Test
    void resourcesAndPromptsAreAnsweredToo() {
        TestAttempt attempt = new TestAttempt("default");
        assertEquals(
                "read me",
                Asked.value(Asked.end(asked.start(attempt, "resource", "docs://readme", Map.of(), "text")))
                        .tree());
        assertEquals(
                "greet Ada",
                Asked.value(Asked.end(asked.start(attempt, "prompt", "greet", Map.of("name", "Ada"), "text")))
                        .tree());
    }

    @Test
    void whatIsNotAllowedIsNotAsked() {
        Map<String, Object> tree = Map.of(
                "server",
                "test",
                "tool",
                "die",
                "allow",
                List.of("echo", "dim*"),
                "arguments",
                Map.of(),
                "take",
                "all");
        Failed refused = assertInstanceOf(Failed.class, Asked.end(asked.start(new TestAttempt("default"), tree)));
        assertEquals("mcp_not_allowed", refused.code());
        assertFalse(refused.retryable());
        Failed foreign = assertInstanceOf(
                Failed.class, Asked.end(asked.start(new TestAttempt("other"), "tool", "echo", Map.of(), "all")));
        assertEquals("mcp_unknown_server", foreign.code());
    }

    @Test
    void aToolsErrorFailsTheAttempt() {
        Failed failed = asked.failure("broken", Map.of());
        assertEquals("mcp_tool_error", failed.code());
        assertTrue(failed.message().contains("no such city"), failed.message());
        assertEquals("mcp_refused", asked.failure("unknown", Map.of()).code());
    }

    @Test
    void aProcessSeesOnlyTheEnvironmentThatIsForItAndItsSecretsDoNotComeBack() {
        String seen = (String) asked.value("environment", Map.of(), "text").tree();
        assertTrue(seen.endsWith(" secret:GIVEN"), seen);
        List<String> names = List.of(seen.split("[ ,]"));
        assertTrue(names.contains("PATH"), seen);
        assertEquals(
                List.of(),
                System.getenv().keySet().stream()
                        .filter(name -> names.contains(name)
                                && !name.matches("PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_ALL|TZ|TMPDIR|TERM"))
                        .toList());
    }

    @Test
    void anAnswerThatIsTooLargeFailsItsAttemptOnly() {
        CompletableFuture<TaskOutcome> beside =
                asked.start(new TestAttempt("default"), "tool", "slow", Map.of("ms", 400), "text");
        Failed failed = asked.failure("large", Map.of("bytes", 2 * MAX_MESSAGE_BYTES));
        assertEquals("mcp_answer_too_large", failed.code());
        assertEquals("slept", Asked.value(Asked.end(beside)).tree());
        assertEquals(
                "mcp_request_too_large",
                asked.failure("echo", Map.of("text", "x".repeat(MAX_MESSAGE_BYTES)))
                        .code());
    }

    @Test
    void aServerThatDiesFailsOneAttempt() {
        Failed failed = asked.failure("die", Map.of());
        assertEquals("mcp_server_died", failed.code());
        assertTrue(failed.retryable());
        assertTrue(failed.message().contains("exit status 3"), failed.message());
        asked.requireWorks();
    }

    @Test
    void aServerThatHangsFailsOneAttempt() {
        assertEquals("mcp_timeout", hasty.failure("stop", Map.of()).code());
        hasty.requireWorks();
    }

    @Test
    void aServerThatFloodsFailsOneAttempt() {
        for (String tool : List.of("flood", "endless")) {
            Failed failed = hasty.failure(tool, Map.of());
            // On a machine that is busy, time is up before it is too much.
            assertTrue(List.of("mcp_server_died", "mcp_timeout").contains(failed.code()), failed::toString);
            hasty.requireWorks();
        }
    }

    @Test
    void whatIsNoMessageIsSkipped() {
        assertEquals("done", asked.value("garbage", Map.of(), "text").tree());
        asked.requireWorks();
    }

    @Test
    void aTimeoutOrACancelEndsOneRequestAndLeavesTheServer() {
        assertEquals("mcp_timeout", hasty.failure("slow", Map.of("ms", 60_000)).code());
        TestAttempt attempt = new TestAttempt("default");
        CompletableFuture<TaskOutcome> slow = hasty.start(attempt, "tool", "slow", Map.of("ms", 60_000), "all");
        hasty.requireWorks();
        attempt.cancel();
        Asked.end(slow);
        hasty.requireWorks();
    }

    @Test
    void moreRequestsThanItTakesAreRefused() {
        List<CompletableFuture<TaskOutcome>> all = Stream.generate(
                        () -> asked.start(new TestAttempt("default"), "tool", "slow", Map.of("ms", 2_000), "all"))
                .limit(5)
                .toList();
        List<TaskOutcome> outcomes = all.stream().map(Asked::end).toList();
        Failed refused = assertInstanceOf(Failed.class, outcomes.get(4));
        assertEquals("mcp_overloaded", refused.code());
        assertTrue(
                outcomes.subList(0, 4).stream().allMatch(TaskOutcome.Succeeded.class::isInstance), outcomes::toString);
    }
}
