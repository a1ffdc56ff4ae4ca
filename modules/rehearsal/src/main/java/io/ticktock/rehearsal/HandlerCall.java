package io.ticktock.rehearsal;

import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.sdk.Settings;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.Value;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One call of one handler, with a context made up by a test: {@code HandlerCall.of(handler).input(Map.of("n",
 * 2)).run()}.
 */
public final class HandlerCall {

    private static final int MOST_SECONDS = 30;

    private final TaskHandler handler;
    private Map<String, Object> settings = Map.of();
    private Value input = Value.NULL;
    private int number = 1;
    private Optional<RehearsedAttempt> attempt = Optional.empty();

    private HandlerCall(TaskHandler handler) {
        this.handler = handler;
    }

    public static HandlerCall of(TaskHandler handler) {
        return new HandlerCall(handler);
    }

    /** What the graph would say about the node. */
    public HandlerCall settings(Map<String, Object> tree) {
        this.settings = tree;
        return this;
    }

    /** What the handler gets, as a tree of Map, List, String, numbers, Boolean and null. */
    public HandlerCall input(Object tree) {
        return input(Value.json(tree));
    }

    public HandlerCall input(Value value) {
        this.input = value;
        return this;
    }

    /** 1 for the first try, if not given. */
    public HandlerCall attempt(int ofNumber) {
        this.number = ofNumber;
        return this;
    }

    /** Calls the handler and waits, 30 s at most, for its outcome. What it throws is thrown. */
    public TaskOutcome run() throws InterruptedException {
        try {
            return begin().toCompletableFuture().get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException thrown ? thrown : new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("the handler gives no outcome within " + MOST_SECONDS + " s", e);
        }
    }

    /** Calls the handler and waits for nothing. */
    public CompletionStage<TaskOutcome> begin() {
        RehearsedAttempt begun = new RehearsedAttempt(number);
        attempt = Optional.of(begun);
        Settings given = () -> settings;
        return handler.run(new TaskContext(begun, given, input, Optional.empty()));
    }

    /** Cancels what runs, as a timeout, an abort or a join that has enough does. */
    public void cancel() {
        begun().cancel();
    }

    /** What the handler has reported until now. */
    public PolicyTelemetry telemetry() {
        return begun().report();
    }

    private RehearsedAttempt begun() {
        return attempt.orElseThrow(
                () -> new IllegalStateException("the handler has not been called: run() or begin() does"));
    }
}
