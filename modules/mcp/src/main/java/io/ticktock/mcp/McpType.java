package io.ticktock.mcp;

import com.google.protobuf.ByteString;
import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.GetPromptRequest;
import io.modelcontextprotocol.spec.McpSchema.GetPromptResult;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceRequest;
import io.ticktock.graph.settings.McpSettings;
import io.ticktock.graph.settings.McpSettings.Take;
import io.ticktock.graph.settings.McpSettings.Target;
import io.ticktock.proto.v1.ResourceUsage;
import io.ticktock.sdk.Attempt;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.Json;
import io.ticktock.sdk.JsonException;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import io.ticktock.sdk.running.Secrets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** Asks a server that speaks the Model Context Protocol. */
public final class McpType implements TaskType {

    private final McpServers servers;

    public McpType(McpServers servers) {
        this.servers = servers;
    }

    @Override
    public String name() {
        return "mcp";
    }

    @Override
    public TaskHandler handler() {
        return this::run;
    }

    @Override
    public boolean readsInput() {
        return false;
    }

    private CompletionStage<TaskOutcome> run(TaskContext context) {
        Question question = Question.of(context.settings().tree());
        Optional<ServerLink> server = servers.find(context.attempt().tenantId(), question.server());
        if (server.isEmpty()) {
            return failed(McpFailure.lasting("mcp_unknown_server", "there is no server " + question.server()));
        }
        if (!McpSettings.isAllowed(question.allow(), question.name())) {
            return failed(McpFailure.lasting(
                    "mcp_not_allowed",
                    "the " + question.target().key() + " '" + Answers.shortened(question.name())
                            + "' does not stand in allow of the node"));
        }
        return ask(server.get(), question, context.attempt());
    }

    private static CompletionStage<TaskOutcome> ask(ServerLink server, Question question, Attempt attempt) {
        CompletableFuture<TaskOutcome> outcome = switch (question.target()) {
            case TOOL -> ask(server, question, attempt, McpType::callTool, Answers::ofTool);
            case RESOURCE ->
                ask(
                        server,
                        question,
                        attempt,
                        (client, asked) -> client.readResource(
                                ReadResourceRequest.builder(asked.name()).build()),
                        Answers::ofResource);
            case PROMPT -> ask(server, question, attempt, McpType::getPrompt, Answers::ofPrompt);
        };
        return outcome.exceptionally(McpType::failure);
    }

    /** How the answer to a question becomes an outcome. */
    private interface Reading<A> {
        TaskOutcome of(A answer, Take take, Secrets secrets);
    }

    private static <A> CompletableFuture<TaskOutcome> ask(
            ServerLink server,
            Question question,
            Attempt attempt,
            BiFunction<McpAsyncClient, Question, Mono<A>> request,
            Reading<A> reading) {
        Function<McpAsyncClient, Mono<A>> counted = client -> Mono.defer(() -> {
            count(attempt, question);
            return request.apply(client, question);
        });
        return server.ask(
                attempt.tenantId(),
                counted,
                (answer, secrets) -> counted(attempt, reading.of(answer, question.take(), secrets)),
                attempt::onCancel);
    }

    private static Mono<CallToolResult> callTool(McpAsyncClient client, Question question) {
        return client.callTool(CallToolRequest.builder(question.name())
                .arguments(question.arguments())
                .build());
    }

    /** Its arguments are texts only. */
    private static Mono<GetPromptResult> getPrompt(McpAsyncClient client, Question question) {
        Map<String, Object> texts = new LinkedHashMap<>();
        question.arguments()
                .forEach((name, value) -> texts.put(
                        name,
                        value instanceof String ? value : Json.write(value).toStringUtf8()));
        return client.getPrompt(
                GetPromptRequest.builder(question.name()).arguments(texts).build());
    }

    /** What cannot be written as JSON is no fault of the server. */
    private static void count(Attempt attempt, Question question) {
        try {
            ByteString sent = Json.write(question.arguments());
            attempt.telemetry()
                    .addUsage(
                            ResourceUsage.newBuilder().setBytesOut(sent.size()).build());
        } catch (JsonException e) {
            throw McpFailure.lasting("mcp_invalid_arguments", "the arguments cannot be sent: " + e.getMessage());
        }
    }

    private static TaskOutcome counted(Attempt attempt, TaskOutcome outcome) {
        if (outcome instanceof TaskOutcome.Succeeded success) {
            attempt.telemetry()
                    .addUsage(ResourceUsage.newBuilder()
                            .setBytesIn(success.value().sizeBytes())
                            .build());
        }
        return outcome;
    }

    private static CompletionStage<TaskOutcome> failed(McpFailure failure) {
        return CompletableFuture.completedFuture(failure(failure));
    }

    private static TaskOutcome failure(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof McpFailure failure) {
            return new Failed(failure.code(), failure.getMessage(), failure.retryable(), failure.retryAfter());
        }
        throw new CompletionException(cause);
    }

    /**
     * What the node asks, its expressions evaluated.
     *
     * @param arguments by name
     */
    private record Question(
            String server, Target target, String name, List<String> allow, Map<String, Object> arguments, Take take) {

        static Question of(Map<String, Object> tree) {
            Target target = List.of(Target.values()).stream()
                    .filter(possible -> tree.containsKey(possible.key()))
                    .findFirst()
                    .orElseThrow();
            List<String> allow = ((List<?>) tree.get("allow"))
                    .stream().map(String.class::cast).toList();
            return new Question(
                    (String) tree.get("server"),
                    target,
                    name(target, tree.get(target.key())),
                    allow,
                    arguments(tree.get("arguments")),
                    Take.valueOf(((String) tree.get("take")).toUpperCase(Locale.ROOT)));
        }

        private static String name(Target target, Object value) {
            if (value instanceof String text) {
                return text;
            }
            throw new HandlerFailure(
                    "mcp_invalid_name", target.key() + " must give a text, and gives something else", false);
        }

        private static Map<String, Object> arguments(Object value) {
            if (!(value instanceof Map<?, ?> map)) {
                throw new HandlerFailure(
                        "mcp_invalid_arguments", "arguments must give a map, and gives something else", false);
            }
            Map<String, Object> arguments = new LinkedHashMap<>();
            map.forEach((name, argument) -> arguments.put(String.valueOf(name), argument));
            return arguments;
        }
    }
}
