package io.ticktock.rehearsal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskOutcome.Succeeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What docs/handlers.md shows, word for word. */
class SearchExampleTest {

    // example
    private static final String GRAPH = """
            graph: research
            version: 1.0.0
            start: pause
            tasks:
              pause: {type: wait, for: 1h}
              find:
                type: acme.search
                query: "${input.topic}"
                retry: {max_attempts: 3, initial_interval: 10m}
            plans:
              next: {type: next, next: find}
            edges:
              - pause -> next
              - next -> find
              - find -> END [FINAL]
            """;

    /** Fails the first time, as a service that is overloaded does. */
    static TaskOutcome search(TaskContext context) {
        if (context.attempt().number() == 1) {
            throw new HandlerFailure("overloaded", "try again later", true);
        }
        context.attempt().telemetry().addTokens(12);
        return TaskOutcome.json(Map.of("hits", List.of(context.settings().get("query"))));
    }

    @Test
    void aWholeGraphInNoTime() throws Exception {
        try (Rehearsal rehearsal = Rehearsal.with()
                .task("acme.search", TaskHandler.blocking(SearchExampleTest::search))
                .begin()
                .register(GRAPH)) {
            RehearsedLifetime lifetime = rehearsal.start("research", Map.of("topic", "cats"));
            assertEquals(Map.of("hits", List.of("cats")), lifetime.output()); // an hour and ten minutes later
            assertEquals(4, lifetime.executions().size()); // pause, next, and find twice
        }
    }

    @Test
    void oneHandlerAlone() throws Exception {
        HandlerCall call = HandlerCall.of(TaskHandler.blocking(SearchExampleTest::search))
                .settings(Map.of("query", "cats"))
                .attempt(2);
        Succeeded found = assertInstanceOf(Succeeded.class, call.run());
        assertEquals(Map.of("hits", List.of("cats")), found.value().tree());
        assertEquals(12, call.telemetry().getTokensUsed());
    }
    // end of example

    @Test
    void thePageShowsThisVeryCode() throws IOException {
        String source = Files.readString(
                Path.of("src", "test", "java", "io", "ticktock", "rehearsal", "SearchExampleTest.java"));
        String example = source.substring(
                source.indexOf("    // example\n") + "    // example\n".length(),
                source.indexOf("    // end of example"));
        String page = Files.readString(Path.of("..", "..", "docs", "handlers.md"));
        assertTrue(
                page.contains(example.stripTrailing().stripIndent()),
                "docs/handlers.md shows other code than this test runs");
    }
}
