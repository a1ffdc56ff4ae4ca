package io.ticktock.executor.type;

import io.ticktock.graph.settings.TransformSettings;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Computes a value. */
final class TransformType implements TaskType {

    @Override
    public String name() {
        return "transform";
    }

    @Override
    public TaskHandler handler() {
        return TransformType::run;
    }

    @Override
    public boolean readsInput() {
        return false;
    }

    private static CompletionStage<TaskOutcome> run(TaskContext context) {
        TransformSettings transform = AttemptSettings.of(context.settings(), TransformSettings.class);
        return CompletableFuture.completedFuture(
                TaskOutcome.json(transform.output().evaluate(AttemptSettings.variables(context.settings()))));
    }
}
