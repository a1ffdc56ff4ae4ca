package io.ticktock.executor.type;

import io.ticktock.graph.settings.ChildGraphSettings;
import io.ticktock.proto.v1.ChildEnded;
import io.ticktock.proto.v1.ChildRequest;
import io.ticktock.proto.v1.Resumption;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import io.ticktock.sdk.Value;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Runs another graph as a child lifetime, whose output is the result. */
final class ChildGraphType implements TaskType {

    private final ChildOutputs outputs;

    ChildGraphType(ChildOutputs outputs) {
        this.outputs = outputs;
    }

    @Override
    public String name() {
        return "graph";
    }

    @Override
    public TaskHandler handler() {
        return this::run;
    }

    private CompletionStage<TaskOutcome> run(TaskContext context) {
        return context.resumption()
                .map(resumption -> goOn(context, resumption))
                .orElseGet(() -> CompletableFuture.completedFuture(begin(context)));
    }

    private static TaskOutcome begin(TaskContext context) {
        ChildGraphSettings child = AttemptSettings.of(context.settings(), ChildGraphSettings.class);
        Value input = child.input()
                .map(given -> Value.json(given.evaluate(AttemptSettings.variables(context.settings()))))
                .orElse(context.input());
        return TaskOutcome.waitForChild(ChildRequest.newBuilder()
                .setGraphName(child.graph())
                .setGraphVersion(child.version().orElse(""))
                .setInput(input.payload())
                .build());
    }

    private CompletionStage<TaskOutcome> goOn(TaskContext context, Resumption resumption) {
        ChildEnded ended = resumption.getChildEnded();
        if (ended.getCompleted()) {
            return outputs.output(context.attempt().tenantId(), ended.getOutput())
                    .thenApply(TaskOutcome::success);
        }
        return CompletableFuture.completedFuture(TaskOutcome.failure(
                "child_failed",
                "the child lifetime " + ended.getChildLifetimeId() + " did not complete: " + ended.getReason(),
                true));
    }
}
