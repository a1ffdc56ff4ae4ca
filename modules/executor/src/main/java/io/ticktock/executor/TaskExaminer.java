package io.ticktock.executor;

import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.DraftGraphs;
import io.ticktock.graph.GraphNode;
import io.ticktock.graph.Task;
import io.ticktock.graph.TaskExamination;
import io.ticktock.graph.TaskExamination.Findings;
import io.ticktock.proto.v1.ExamineTasksRequest;
import io.ticktock.proto.v1.ExamineTasksResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Finds out whether the Tasks of a graph ask for what is there. */
final class TaskExaminer {

    /** Of more Tasks the others are not looked at. */
    private static final int MOST_TASKS = 200;

    private static final int MOST_FINDINGS = 50;
    private static final long PATIENCE_S = 15;

    private final Vertx vertx;
    private final List<TaskExamination> examinations;
    private final DraftGraphs graphs = new DraftGraphs();

    TaskExaminer(Vertx vertx, List<TaskExamination> examinations) {
        this.vertx = vertx;
        this.examinations = examinations;
    }

    Future<ExamineTasksResponse> examine(ExamineTasksRequest request) {
        return vertx.executeBlocking(() -> graphs.parse(request.getGraph().toByteArray(), request.getTenantId()))
                .compose(graph -> examine(request.getTenantId(), graph));
    }

    private Future<ExamineTasksResponse> examine(String tenantId, AgentGraph graph) {
        List<Task> tasks = new ArrayList<>();
        for (GraphNode node : graph.nodes().values()) {
            if (node instanceof Task task && tasks.size() < MOST_TASKS) {
                tasks.add(task);
            }
        }
        List<Future<ExamineTasksResponse>> found = tasks.stream()
                .flatMap(task -> examinations.stream().map(examination -> examine(tenantId, task, examination)))
                .toList();
        return Future.all(found).map(all -> joined(all.list()));
    }

    /** What fails says nothing about the graph. */
    private static Future<ExamineTasksResponse> examine(String tenantId, Task task, TaskExamination examination) {
        return Future.succeededFuture(task)
                .compose(looked -> Future.fromCompletionStage(examination.examine(tenantId, looked)))
                .timeout(PATIENCE_S, TimeUnit.SECONDS)
                .otherwise(failure -> new Findings(List.of(), List.of("it could not be examined")))
                .map(findings -> ExamineTasksResponse.newBuilder()
                        .addAllFaults(named(task, findings.faults()))
                        .addAllWarnings(named(task, findings.warnings()))
                        .build());
    }

    private static List<String> named(Task task, List<String> findings) {
        return findings.stream()
                .map(finding -> "task " + task.id() + ": " + finding)
                .toList();
    }

    private static ExamineTasksResponse joined(List<ExamineTasksResponse> all) {
        return ExamineTasksResponse.newBuilder()
                .addAllFaults(all.stream()
                        .flatMap(each -> each.getFaultsList().stream())
                        .limit(MOST_FINDINGS)
                        .toList())
                .addAllWarnings(all.stream()
                        .flatMap(each -> each.getWarningsList().stream())
                        .limit(MOST_FINDINGS)
                        .toList())
                .build();
    }
}
