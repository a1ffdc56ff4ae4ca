package io.ticktock.executor.type;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.ticktock.executor.http.HttpCall;
import io.ticktock.executor.http.HttpReply;
import io.ticktock.graph.GraphParser;
import io.ticktock.graph.Task;
import io.ticktock.graph.expression.Variables;
import io.ticktock.graph.settings.HttpSettings;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TestAttempt;
import io.ticktock.sdk.Value;
import io.ticktock.sdk.running.Secrets;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where an answer is looked at: on the event loop only when that takes no time. */
class HttpOutcomeTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${body} | 0 | 0",
                "${body.a + size(body.b)} | 0 | 0",
                "${body} | 40000 | 1",
                "${range(3).map(i, i)} | 0 | 1",
                "${replace(toJson(body), 'a', 'b')} | 0 | 1",
            })
    void looksAtAnAnswerOnAWorkerWhenThatMayTakeLong(String output, int padding, int jobs) {
        TestAttempt attempt = new TestAttempt("acme");
        String body = "{\"a\": 1, \"b\": []" + " ".repeat(padding) + "}";
        HttpReply reply = new HttpReply(200, Map.of("content-type", "application/json"), ByteString.copyFromUtf8(body));
        HttpCall call = new HttpCall("GET", URI.create("https://example.com/"), Map.of(), ByteString.EMPTY);
        Variables variables = new Variables(null, null, null, List.of(), Map.of(), 1);
        new HttpOutcome(settings(output), variables, call, reply, Secrets.NONE)
                .of(new TaskContext(attempt, Map::of, Value.NULL, Optional.empty()))
                .toCompletableFuture()
                .join();
        assertEquals(jobs, attempt.jobs());
    }

    private static HttpSettings settings(String output) {
        String graph = "{graph: g, version: 1.0.0, start: a, tasks: {a: {type: http, url: \"https://example.com/\","
                + " output: \"" + output + "\"}}, edges: [\"a -> END [FINAL]\"]}";
        Task task = (Task) GraphParser.parse("test.yaml", graph.getBytes(StandardCharsets.UTF_8), "acme")
                .node("a");
        return (HttpSettings) task.settings();
    }
}
