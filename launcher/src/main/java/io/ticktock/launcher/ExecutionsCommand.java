package io.ticktock.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.ListExecutionsResponse;
import io.ticktock.proto.v1.NodeKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ticktock executions}: the records of a lifetime. */
@Command(
        name = "executions",
        description =
                "Lists the recorded executions of a lifetime, oldest first; of a fork, those that it shares first.")
final class ExecutionsCommand implements Callable<Integer> {

    private static final int MAX_PAGE = 200;
    private static final int MOST = 1_000_000;

    private final Session session;

    @Parameters(paramLabel = "ID", description = "The lifetime.")
    private String id;

    @Option(names = "--limit", paramLabel = "N", description = "At most this many; 1000 by default, up to 1000000.")
    private int limit = 1_000;

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    ExecutionsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (limit < 1 || limit > MOST) {
            throw CommandFailure.usage("--limit must be 1 to " + MOST + ", not " + limit);
        }
        LifetimeId lifetimeId = LifetimeId.parse(id);
        try (ReachedSystem system = options.toLookAt(session)) {
            Client client = system.client();
            List<ExecutionReference> shown = new ArrayList<>();
            if (LifetimeReport.isFork(client.lifetime(lifetimeId))) {
                shared(client, lifetimeId).stream().limit(limit).forEach(shown::add);
            }
            if (shown.size() < limit) {
                shown.addAll(executions(client, lifetimeId, limit - shown.size()));
            }
            print(shown, lifetimeId.toString());
        }
        return ExitCode.COMPLETED.number();
    }

    static List<ExecutionReference> executions(Client client, LifetimeId id, int limit) {
        List<ExecutionReference> executions = new ArrayList<>();
        String pageToken = "";
        do {
            int pageSize = Math.min(MAX_PAGE, limit - executions.size());
            ListExecutionsResponse page = client.executions(id, pageSize, pageToken);
            executions.addAll(page.getExecutionsList());
            pageToken = page.getNextPageToken();
        } while (executions.size() < limit && !pageToken.isEmpty());
        return executions;
    }

    /** What a fork has from others, in the order in which it was accepted there. */
    private static List<ExecutionReference> shared(Client client, LifetimeId id) {
        LifetimeHistory history = LifetimeHistory.of(client, id);
        List<LifetimeHistory.NodeRun> runs =
                history.runs().stream().filter(history::isShared).toList();
        Map<String, ExecutionReference> recorded = new HashMap<>();
        runs.stream()
                .map(LifetimeHistory.NodeRun::lifetimeId)
                .distinct()
                .flatMap(holder -> executions(client, LifetimeId.parse(holder), MOST).stream())
                .forEach(record -> recorded.put(record.getHeaders().getExecId(), record));
        return runs.stream()
                .map(run -> recorded.get(run.execId()))
                .filter(Objects::nonNull)
                .toList();
    }

    private void print(List<ExecutionReference> executions, String lifetimeId) {
        if (format.isJson()) {
            ObjectNode json = Json.object();
            ArrayNode list = json.putArray("executions");
            executions.forEach(execution -> list.add(json(execution, lifetimeId)));
            session.terminal().out().println(Json.text(json));
            return;
        }
        Table table = new Table(
                "NODE",
                "KIND",
                "BRANCH",
                "ITERATION",
                "ATTEMPT",
                "STATUS",
                "MS",
                "TOKENS",
                "COST_USD",
                "SHARED",
                "EXEC_ID",
                "RESULT");
        for (ExecutionReference execution : executions) {
            ExecutionHeaders headers = execution.getHeaders();
            table.row(
                    headers.getNodeId(),
                    kind(headers.getKind()),
                    headers.getTokenPath().isEmpty() ? "-" : headers.getTokenPath(),
                    headers.getIteration(),
                    headers.getAttempt(),
                    status(headers.getStatus()),
                    execution.getTelemetry().getLatencyMs(),
                    execution.getTelemetry().getTokensUsed(),
                    LifetimeReport.usd(execution.getTelemetry().getCostMicros()).toPlainString(),
                    isShared(execution, lifetimeId) ? "yes" : "-",
                    headers.getExecId(),
                    result(execution));
        }
        table.print(session.terminal().out());
    }

    private static boolean isShared(ExecutionReference execution, String lifetimeId) {
        return !execution.getHeaders().getLifetimeId().equals(lifetimeId);
    }

    private static String result(ExecutionReference execution) {
        if (execution.hasError()) {
            return execution.getError().getCode() + ": " + execution.getError().getMessage();
        }
        if (execution.getHeaders().getKind() == NodeKind.NODE_KIND_PLAN) {
            return "-> " + nextTasks(execution.getNextTaskIdsList());
        }
        return execution.getResultSizeBytes() + " bytes";
    }

    /** A fan-out may choose thousands. */
    static String nextTasks(List<String> nextTaskIds) {
        int shown = 5;
        return nextTaskIds.size() <= shown
                ? String.join(", ", nextTaskIds)
                : String.join(", ", nextTaskIds.subList(0, shown)) + ", … " + nextTaskIds.size() + " in all";
    }

    private static ObjectNode json(ExecutionReference execution, String lifetimeId) {
        ExecutionHeaders headers = execution.getHeaders();
        ObjectNode json = Json.object();
        json.put("exec_id", headers.getExecId());
        json.put("lifetime_id", headers.getLifetimeId());
        json.put("shared", isShared(execution, lifetimeId));
        json.put("node", headers.getNodeId());
        json.put("kind", kind(headers.getKind()));
        json.put("token_path", headers.getTokenPath());
        json.put("iteration", headers.getIteration());
        json.put("attempt", headers.getAttempt());
        json.put("status", status(headers.getStatus()));
        json.put("scheduled_at", ProtoTime.instant(headers.getScheduledAt()).toString());
        json.put("started_at", ProtoTime.instant(headers.getStartedAt()).toString());
        json.put("finished_at", ProtoTime.instant(headers.getFinishedAt()).toString());
        json.put("tokens_used", execution.getTelemetry().getTokensUsed());
        json.put("cost_usd", LifetimeReport.usd(execution.getTelemetry().getCostMicros()));
        json.put("latency_ms", execution.getTelemetry().getLatencyMs());
        json.put("result_size_bytes", execution.getResultSizeBytes());
        ArrayNode next = json.putArray("next_task_ids");
        execution.getNextTaskIdsList().forEach(next::add);
        if (execution.hasError()) {
            ObjectNode error = json.putObject("error");
            error.put("code", execution.getError().getCode());
            error.put("message", execution.getError().getMessage());
        }
        return json;
    }

    static String kind(NodeKind kind) {
        return switch (kind) {
            case NODE_KIND_TASK -> "task";
            case NODE_KIND_PLAN -> "plan";
            case NODE_KIND_UNSPECIFIED, UNRECOGNIZED -> "unknown";
        };
    }

    static String status(ExecutionStatus status) {
        return switch (status) {
            case EXECUTION_STATUS_SUCCEEDED -> "succeeded";
            case EXECUTION_STATUS_FAILED -> "failed";
            case EXECUTION_STATUS_TIMED_OUT -> "timed_out";
            case EXECUTION_STATUS_CANCELLED -> "cancelled";
            case EXECUTION_STATUS_UNSPECIFIED, UNRECOGNIZED -> "unknown";
        };
    }
}
