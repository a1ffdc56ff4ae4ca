package io.ticktock.sdk;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;

/** The attempt that a handler runs: what it is, and how the handler and the executor talk while it runs. */
public interface Attempt {

    String tenantId();

    String lifetimeId();

    /** Identity of this attempt, and of its record. */
    String executionId();

    /** The node of the graph that runs. */
    String nodeId();

    /** 1 for the first run of the node by its token. */
    int iteration();

    /** 1 for the first try of this iteration. */
    int number();

    /** The same for every attempt of this iteration: what outside systems should deduplicate by. */
    String idempotencyKey();

    /** When the control plane decided on this attempt; the same however often the attempt is dispatched. */
    Instant scheduledAt();

    /** How long the attempt may take, if the graph says so. */
    Optional<Duration> timeout();

    /** Whether the result is no longer wanted, because of a cancel or a timeout. */
    boolean isCancelled();

    /** Runs the action once when the attempt is cancelled; at once if it is already. */
    void onCancel(Runnable action);

    /** Says that the handler is alive; needed at least once per {@code heartbeat_timeout} of the node. Cheap. */
    void heartbeat();

    /**
     * Says a piece of what the attempt is about to give, such as some words of a model's answer, to whoever follows the
     * lifetime live with deltas. It is not recorded, and may be lost on its way: what counts is the outcome. Pieces that come
     * fast travel together, and where more comes than can be told, the oldest is left out. From any thread; cheap, never
     * waits and never fails. Of no effect once the handler has ended.
     */
    default void delta(String text) {}

    /**
     * With this an outside system can end the attempt, or keep it alive, at {@code /v1/executions}. Only where a worker runs
     * it.
     */
    default Optional<String> completionToken() {
        return Optional.empty();
    }

    /**
     * The span of this attempt as W3C's header {@code traceparent}, for what is done on its behalf elsewhere. Empty when it is
     * not traced.
     */
    default Optional<String> traceParent() {
        return Optional.empty();
    }

    /** The most that the attempt may use, as far as the graph declares it. */
    default UsageLimits limits() {
        return UsageLimits.NONE;
    }

    /** Where to report what the attempt consumed. What is reported before a failure counts too. */
    Telemetry telemetry();

    /**
     * Runs blocking work on the bounded pool of worker threads. The thread is interrupted when the attempt is
     * cancelled. The stage fails with what the work throws.
     */
    <T> CompletionStage<T> onWorker(Callable<T> work);
}
