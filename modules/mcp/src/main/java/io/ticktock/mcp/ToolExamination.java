package io.ticktock.mcp;

import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.spec.McpSchema.ListToolsResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.ticktock.graph.Task;
import io.ticktock.graph.TaskExamination;
import io.ticktock.graph.settings.McpSettings;
import io.ticktock.graph.settings.McpSettings.Target;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;

/** Whether the tools that Tasks call are there, and take what they are given, as far as their server says now. */
public final class ToolExamination implements TaskExamination {

    /** A server that takes longer is not waited for. */
    private static final long PATIENCE_S = 10;

    private static final int MOST_PAGES = 20;

    /** Further ones, and those of longer names, are as if they were not there. */
    private static final int MOST_TOOLS = 2_000;

    private static final int LONGEST_NAME = 256;

    private final McpServers servers;

    /** What servers are being asked: a graph has many Tasks, and one answer does for all of them. */
    private final Map<ServerLink, CompletableFuture<Map<String, Tool>>> asked = new ConcurrentHashMap<>();

    public ToolExamination(McpServers servers) {
        this.servers = servers;
    }

    @Override
    public CompletionStage<Findings> examine(String tenantId, Task task) {
        if (!(task.settings() instanceof McpSettings settings)) {
            return CompletableFuture.completedFuture(Findings.NONE);
        }
        Optional<ServerLink> server = servers.find(tenantId, settings.server());
        if (server.isEmpty()) {
            return CompletableFuture.completedFuture(new Findings(List.of(unknown(settings.server())), List.of()));
        }
        return settings.target() == Target.TOOL
                ? tools(tenantId, server.get())
                        .thenApply(tools -> new Findings(new ToolFaults(settings, tools).find(), List.of()))
                        .exceptionally(failure -> unanswered(settings))
                : CompletableFuture.completedFuture(Findings.NONE);
    }

    private static String unknown(String server) {
        return "server: there is no server " + server
                + " for this tenant; the configuration of the executor declares them, as mcp.servers";
    }

    private static Findings unanswered(McpSettings settings) {
        return new Findings(
                List.of(),
                List.of("server: " + settings.server() + " does not answer, so that its tools were not checked"));
    }

    private CompletableFuture<Map<String, Tool>> tools(String tenantId, ServerLink server) {
        CompletableFuture<Map<String, Tool>> own = new CompletableFuture<>();
        CompletableFuture<Map<String, Tool>> earlier = asked.putIfAbsent(server, own);
        if (earlier != null) {
            return earlier;
        }
        CompletableFuture<?> unused = server.ask(
                        tenantId, ToolExamination::allTools, (tools, secrets) -> named(tools), cancel -> {})
                .orTimeout(PATIENCE_S, TimeUnit.SECONDS)
                .whenComplete((tools, failure) -> {
                    asked.remove(server, own);
                    if (failure == null) {
                        own.complete(tools);
                    } else {
                        own.completeExceptionally(failure);
                    }
                });
        return own;
    }

    private static Mono<List<Tool>> allTools(McpAsyncClient client) {
        return client.listTools(null)
                .expand(page -> page.nextCursor() == null ? Mono.empty() : client.listTools(page.nextCursor()))
                .take(MOST_PAGES)
                .flatMapIterable(ListToolsResult::tools)
                .filter(tool -> tool.name() != null && tool.name().length() <= LONGEST_NAME)
                .take(MOST_TOOLS)
                .collectList();
    }

    private static Map<String, Tool> named(List<Tool> tools) {
        Map<String, Tool> named = new LinkedHashMap<>();
        tools.forEach(tool -> named.put(tool.name(), tool));
        return named;
    }
}
