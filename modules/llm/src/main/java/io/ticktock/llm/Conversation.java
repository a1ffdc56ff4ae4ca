package io.ticktock.llm;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import io.ticktock.proto.v1.ResourceUsage;
import io.ticktock.sdk.Attempt;
import io.ticktock.sdk.UsageLimits;
import io.ticktock.sdk.running.Secrets;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;

/**
 * What one attempt says to a model: one question and, where the answer is not what it has to be, one more. Everything it
 * uses is counted, also where nothing comes of it.
 */
final class Conversation {

    private final Vertx vertx;
    private final Attempt attempt;
    private final Provider provider;
    private final Secrets secrets;
    private final BiFunction<Ask, Answer, Checked> check;

    private Usage spent = Usage.NONE;
    private long spentMicros;
    private int calls;
    private boolean cancelled;
    private ModelCall call;
    private Limiter.Turn turn;

    /**
     * Whether an answer is what it has to be.
     *
     * @param value what the answer says, where it is JSON or tool calls
     * @param faults why it cannot be used; empty when it can
     */
    record Checked(Object value, List<String> faults) {}

    /**
     * What came of it.
     *
     * @param repaired why the first answer could not be used; empty when it could
     */
    record Outcome(Answer answer, Object value, List<String> repaired, Usage usage, long costMicros) {}

    /** @param check looks an answer through, on a worker thread */
    Conversation(
            Vertx vertx, Attempt attempt, Provider provider, Secrets secrets, BiFunction<Ask, Answer, Checked> check) {
        this.vertx = vertx;
        this.attempt = attempt;
        this.provider = provider;
        this.secrets = secrets;
        this.check = check;
        attempt.onCancel(this::cancel);
    }

    /** Fails with {@link LlmFault}. */
    Future<Outcome> hold(Ask ask) {
        return round(ask)
                .compose(first -> checked(ask, first)
                        .compose(checked -> checked.faults().isEmpty()
                                ? Future.succeededFuture(outcome(first, checked, List.of()))
                                : repair(ask, first, checked.faults())));
    }

    private Future<Outcome> repair(Ask ask, Answer first, List<String> faults) {
        attempt.telemetry().measure("llm_repairs", 1);
        Ask again = ask.with(List.of(
                AiMessage.from(shown(first)),
                UserMessage.from("Your answer cannot be used: " + String.join("; ", faults)
                        + ". Answer again, with nothing but what was asked for.")));
        return round(again)
                .compose(second -> checked(ask, second).compose(checked -> {
                    if (checked.faults().isEmpty()) {
                        return Future.succeededFuture(outcome(second, checked, faults));
                    }
                    return Future.failedFuture(new LlmFault(
                            "llm_invalid_answer",
                            "the model answered twice with what cannot be used: " + String.join("; ", checked.faults()),
                            true));
                }));
    }

    /** Calls of tools go back as text: they were not made, so that they have no results. */
    private static String shown(Answer answer) {
        StringBuilder text = new StringBuilder(answer.text());
        answer.toolCalls()
                .forEach(made -> text.append(made.name())
                        .append('(')
                        .append(made.arguments())
                        .append(")\n"));
        return text.isEmpty() ? "(nothing)" : text.toString();
    }

    private Outcome outcome(Answer answer, Checked checked, List<String> repaired) {
        return new Outcome(answer, checked.value(), repaired, spent, spentMicros);
    }

    private Future<Checked> checked(Ask ask, Answer answer) {
        return onWorker(() -> check.apply(ask, answer));
    }

    private Future<Answer> round(Ask ask) {
        return estimate(ask).compose(input -> {
            refuseBeyondLimits(ask, input);
            return next(input + ask.maxTokens()).compose(come -> call(ask, come, input));
        });
    }

    /** Counting takes time and memory, which is spent where somebody wants to know. */
    private Future<Long> estimate(Ask ask) {
        boolean isWanted = provider.configuration().tokensPerMinute() > 0
                || attempt.limits().maxTokens().isPresent()
                || attempt.limits().maxCostMicros().isPresent();
        return isWanted
                ? onWorker(() -> Estimates.inputTokens(provider.configuration().kind(), ask))
                : Future.succeededFuture(0L);
    }

    private void refuseBeyondLimits(Ask ask, long inputTokens) {
        UsageLimits limits = attempt.limits();
        long tokens = spent.total() + inputTokens + ask.maxTokens();
        if (limits.maxTokens().isPresent() && tokens > limits.maxTokens().getAsLong()) {
            throw new LlmFault(
                    "llm_over_limit",
                    "the call may take " + tokens + " tokens, which is more than the "
                            + limits.maxTokens().getAsLong() + " of limits.max_tokens",
                    false);
        }
        if (limits.maxCostMicros().isEmpty()) {
            return;
        }
        Price price = provider.price(ask.model())
                .orElseThrow(() -> new LlmFault(
                        "llm_no_price",
                        "the node has limits.max_cost_usd, and the table of prices does not know the model "
                                + ask.model(),
                        false));
        long micros = spentMicros + price.mostMicros(inputTokens, ask.maxTokens());
        if (micros > limits.maxCostMicros().getAsLong()) {
            throw new LlmFault(
                    "llm_over_limit",
                    "the call may cost " + micros + " millionths of a dollar, which is more than the "
                            + limits.maxCostMicros().getAsLong() + " of limits.max_cost_usd",
                    false);
        }
    }

    private Future<Limiter.Turn> next(long estimate) {
        Limiter.Turn mine = provider.limiter(attempt.tenantId()).next(estimate);
        synchronized (this) {
            if (!cancelled) {
                turn = mine;
                return mine.come();
            }
        }
        mine.end(0);
        return mine.come();
    }

    private Future<Answer> call(Ask ask, Limiter.Turn come, long estimatedInput) {
        ModelCall made = provider.call(attempt, secrets);
        synchronized (this) {
            call = made;
            if (cancelled) {
                come.end(0);
                return Future.failedFuture(new LlmFault("llm_cancelled", "the call was given up", true));
            }
        }
        long start = System.nanoTime();
        // At once, on whatever thread: the record of an attempt that is cancelled is about to be written.
        made.answer().onComplete(ended -> {
            attempt.telemetry().measure("llm_call_ms", millis(System.nanoTime() - start));
            if (ended.cause() instanceof LlmFault fault) {
                fault.retryAfter().ifPresent(provider.limiter(attempt.tenantId())::pause);
            }
            settle(ask, made, Optional.ofNullable(ended.result()), come, estimatedInput);
        });
        start(made, ask);
        return made.answer();
    }

    /** Whatever becomes of the counting, the turn is over. */
    private void settle(Ask ask, ModelCall made, Optional<Answer> answer, Limiter.Turn come, long estimatedInput) {
        long tokens = 0;
        try {
            tokens = count(ask, made, answer, estimatedInput).total();
        } finally {
            come.end(tokens);
        }
    }

    /** Writing a large question would hold up an event loop. */
    private void start(ModelCall made, Ask ask) {
        Wire wire = provider.wire(made, secrets, attempt.executionId() + '-' + (calls + 1));
        if (!ask.isLarge()) {
            made.start(wire, secrets, ask);
            return;
        }
        onWorker(() -> {
                    made.start(wire, secrets, ask);
                    return null;
                })
                .onFailure(cause -> made.fail(LlmFault.of(cause)));
    }

    private Usage count(Ask ask, ModelCall made, Optional<Answer> answer, long estimatedInput) {
        calls++;
        attempt.telemetry().measure("llm_calls", calls);
        if (calls == 1) {
            made.nanosToFirst()
                    .ifPresent(nanos -> attempt.telemetry().measure("time_to_first_token_ms", millis(nanos)));
        }
        Optional<Usage> told = answer.flatMap(Answer::usage);
        if (told.isEmpty() && !made.isAnswered()) {
            return Usage.NONE;
        }
        Usage usage = told.orElseGet(() -> guess(ask, made, estimatedInput));
        attempt.telemetry().addTokens(usage.total());
        attempt.telemetry()
                .addUsage(ResourceUsage.newBuilder()
                        .setInputTokens(usage.input())
                        .setOutputTokens(usage.output())
                        .setCachedTokens(usage.cached())
                        .build());
        Optional<Price> price = provider.price(ask.model());
        long micros = price.map(known -> known.micros(usage)).orElse(0L);
        if (price.isEmpty()) {
            attempt.telemetry().measure("llm_unpriced_calls", calls);
        }
        attempt.telemetry().addCostMicros(micros);
        spent = spent.plus(usage);
        spentMicros += micros;
        return usage;
    }

    /** Who broke off in the midst of an answer will ask for a price all the same, and did not say of what. */
    private Usage guess(Ask ask, ModelCall made, long estimatedInput) {
        attempt.telemetry().measure("llm_guessed_calls", calls);
        long input = estimatedInput > 0 ? estimatedInput : Estimates.roughInputTokens(ask);
        return new Usage(input, 0, 0, Math.min(ask.maxTokens(), Estimates.roughTokens(made.receivedBytes())));
    }

    private void cancel() {
        ModelCall running;
        Limiter.Turn waiting;
        synchronized (this) {
            cancelled = true;
            running = call;
            waiting = turn;
        }
        if (running != null) {
            running.fail(new LlmFault("llm_cancelled", "the call was given up", true));
        }
        if (waiting != null) {
            waiting.end(0);
        }
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }

    /** Fails where there is no thread for it. */
    private <T> Future<T> onWorker(Callable<T> work) {
        return Future.succeededFuture(work)
                .compose(given -> Future.fromCompletionStage(attempt.onWorker(given), vertx.getOrCreateContext()));
    }
}
