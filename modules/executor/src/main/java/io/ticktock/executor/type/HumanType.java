package io.ticktock.executor.type;

import io.ticktock.graph.expression.Variables;
import io.ticktock.graph.settings.BoundedSchema;
import io.ticktock.graph.settings.HumanSettings;
import io.ticktock.proto.v1.HumanRequest;
import io.ticktock.proto.v1.Resumption;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import io.ticktock.sdk.Value;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Waits for a person's answer, which is the result. */
final class HumanType implements TaskType {

    private final ValueLoader values;

    HumanType(ValueLoader values) {
        this.values = values;
    }

    @Override
    public String name() {
        return "human";
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
        return context.resumption()
                .map(resumption -> goOn(context, resumption))
                .orElseGet(() -> CompletableFuture.completedFuture(ask(context)));
    }

    private static TaskOutcome ask(TaskContext context) {
        HumanSettings human = AttemptSettings.of(context.settings(), HumanSettings.class);
        Variables variables = AttemptSettings.variables(context.settings());
        HumanRequest.Builder request =
                HumanRequest.newBuilder().setPrompt(PlainText.of(human.prompt().evaluate(variables)));
        human.form().map(BoundedSchema::json).ifPresent(request::setFormSchema);
        human.details()
                .map(details -> Value.json(details.evaluate(variables)).payload())
                .ifPresent(request::setDetails);
        return TaskOutcome.waitForAnswer(request.build());
    }

    /** Checking may take a while, hence on a worker thread. */
    private CompletionStage<TaskOutcome> goOn(TaskContext context, Resumption resumption) {
        HumanSettings human = AttemptSettings.of(context.settings(), HumanSettings.class);
        return values.load(context.attempt().tenantId(), resumption.getAnswer().getPayload())
                .thenCompose(answer -> context.attempt().onWorker(() -> checked(human, answer)));
    }

    private static TaskOutcome checked(HumanSettings human, Value answer) {
        List<String> faults =
                human.form().map(form -> form.faultsOf(answer.tree())).orElse(List.of());
        return faults.isEmpty()
                ? TaskOutcome.success(answer)
                : TaskOutcome.failure(
                        "invalid_answer", "the answer does not fit the form: " + String.join("; ", faults), true);
    }
}
