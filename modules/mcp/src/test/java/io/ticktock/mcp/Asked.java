package io.ticktock.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.ticktock.sdk.Failed;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TestAttempt;
import io.ticktock.sdk.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A node of type {@code mcp}, asked again and again. */
final class Asked {

    private static final long PATIENCE_S = 200;
    private static final int MOST_TRIES = 10;

    private final McpType type;
    private final String server;

    Asked(McpServers servers, String server) {
        this.type = new McpType(servers);
        this.server = server;
    }

    CompletableFuture<TaskOutcome> start(
            TestAttempt attempt, String target, String name, Map<String, Object> arguments, String take) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("server", server);
        tree.put(target, name);
        tree.put("allow", List.of(name));
        tree.put("arguments", arguments);
        tree.put("take", take);
        return start(attempt, tree);
    }

    CompletableFuture<TaskOutcome> start(TestAttempt attempt, Map<String, Object> tree) {
        return type.handler()
                .run(new TaskContext(attempt, () -> tree, Value.NULL, Optional.empty()))
                .toCompletableFuture();
    }

    TaskOutcome outcome(String tool, Map<String, Object> arguments, String take) {
        return end(start(new TestAttempt("default"), "tool", tool, arguments, take));
    }

    /** The result of a tool. */
    Value value(String tool, Map<String, Object> arguments, String take) {
        return value(outcome(tool, arguments, take));
    }

    Failed failure(String tool, Map<String, Object> arguments) {
        return assertInstanceOf(Failed.class, outcome(tool, arguments, "all"));
    }

    /** As the engine would, it tries again what may be tried again: a server that has to start may be slower than its timeout. */
    void requireWorks() {
        TaskOutcome outcome = echo();
        for (int tries = 1; tries < MOST_TRIES && outcome instanceof Failed failed && failed.retryable(); tries++) {
            outcome = echo();
        }
        assertEquals("still here", value(outcome).tree());
    }

    private TaskOutcome echo() {
        return outcome("echo", Map.of("text", "still here"), "text");
    }

    static Value value(TaskOutcome outcome) {
        return assertInstanceOf(TaskOutcome.Succeeded.class, outcome, outcome::toString)
                .value();
    }

    static TaskOutcome end(CompletableFuture<TaskOutcome> outcome) {
        return outcome.orTimeout(PATIENCE_S, TimeUnit.SECONDS).join();
    }
}
