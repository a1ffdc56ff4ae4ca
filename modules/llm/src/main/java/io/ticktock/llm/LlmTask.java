package io.ticktock.llm;

import io.ticktock.llm.Conversation.Outcome;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import io.ticktock.sdk.running.Secrets;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Asks a model, whose answer is the result. */
final class LlmTask implements TaskType {

    private final Llm llm;

    LlmTask(Llm llm) {
        this.llm = llm;
    }

    @Override
    public String name() {
        return "llm";
    }

    @Override
    public TaskHandler handler() {
        return this::run;
    }

    private CompletionStage<TaskOutcome> run(TaskContext context) {
        Provider provider;
        Ask ask;
        AnswerCheck check;
        try {
            provider = llm.provider(context.attempt(), context.settings().get("provider"));
            AskReader reader = new AskReader(context.settings().tree(), llm.attachments(provider, context.input()));
            ask = reader.read(provider.configuration());
            check = new AnswerCheck(llm.schemas(), reader.tools());
        } catch (LlmFault e) {
            return Future.<TaskOutcome>succeededFuture(e.failed(Secrets.NONE)).toCompletionStage();
        }
        return llm.secrets(context.attempt(), provider)
                .compose(secrets -> ask(context, provider, secrets, ask, check))
                .toCompletionStage();
    }

    private Future<TaskOutcome> ask(
            TaskContext context, Provider provider, Secrets secrets, Ask ask, AnswerCheck check) {
        return new Conversation(llm.vertx(), context.attempt(), provider, secrets, check::check)
                .hold(ask)
                .map(outcome -> result(provider, secrets, outcome))
                .recover(cause -> LlmFault.outcome(cause, secrets));
    }

    private static TaskOutcome result(Provider provider, Secrets secrets, Outcome outcome) {
        Answer answer = outcome.answer();
        boolean hasCalls = !answer.toolCalls().isEmpty();
        Object calls = hasCalls ? outcome.value() : List.of();
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", "assistant");
        message.put("content", answer.text());
        if (hasCalls) {
            message.put("tool_calls", calls);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("text", answer.text());
        result.put("output", hasCalls ? null : outcome.value());
        result.put("tool_calls", calls);
        result.put("message", message);
        result.put("finish_reason", answer.finishReason());
        result.put("model", answer.model());
        result.put("repaired", outcome.repaired());
        result.put("usage", usage(provider, outcome));
        return TaskOutcome.json(secrets.redactedTree(result));
    }

    private static Map<String, Object> usage(Provider provider, Outcome outcome) {
        Map<String, Object> usage = new LinkedHashMap<>();
        usage.put("input_tokens", outcome.usage().input());
        usage.put("output_tokens", outcome.usage().output());
        usage.put("cached_tokens", outcome.usage().cached());
        usage.put("cost_micros", outcome.costMicros());
        usage.put("prices", provider.pricesVersion());
        return usage;
    }
}
