package io.ticktock.sdk.worker;

import io.ticktock.proto.v1.HeldTask;
import io.ticktock.proto.v1.TaskAcknowledgement;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.proto.v1.TaskCompletions;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the worker has in hand: attempts that run, and those whose completion is not acknowledged. It outlives every
 * stream. Of one event loop alone.
 */
final class Hand {

    private static final Logger LOG = LoggerFactory.getLogger(Hand.class);
    private static final int MOST_IN_BATCH = 1_000;
    private static final int MOST_BATCH_BYTES = 1 << 20;
    private static final int HEARTBEATS_PER_TIMEOUT = 3;

    private final int capacity;
    private final TaskRunner runner;
    private final Context context;
    private final Runnable completed;
    private final Map<String, WorkerAttempt> attempts = new LinkedHashMap<>();
    private final Set<WorkerAttempt> unsent = new LinkedHashSet<>();

    /** @param completed runs whenever there is something to send */
    Hand(int capacity, TaskRunner runner, Context context, Runnable completed) {
        this.capacity = capacity;
        this.runner = runner;
        this.context = context;
        this.completed = completed;
    }

    boolean isEmpty() {
        return attempts.isEmpty();
    }

    int size() {
        return attempts.size();
    }

    List<String> execIds() {
        return new ArrayList<>(attempts.keySet());
    }

    List<HeldTask> held() {
        List<HeldTask> held = new ArrayList<>(attempts.size());
        attempts.values()
                .forEach(attempt -> held.add(HeldTask.newBuilder()
                        .setExecId(attempt.executionId())
                        .setToken(attempt.token())
                        .setLifetimeId(attempt.lifetimeId())
                        .build()));
        return held;
    }

    /** How long the server may be without a word of what is in hand: a third of what the most impatient bears. */
    long heartbeatMillis(long atMost) {
        long least = atMost;
        for (WorkerAttempt attempt : attempts.values()) {
            long timeout = attempt.assignment().getHeartbeatTimeoutMs();
            least = timeout > 0 ? Math.min(least, Math.max(1, timeout / HEARTBEATS_PER_TIMEOUT)) : least;
        }
        return least;
    }

    /** Runs it, unless it runs already: then only its token is new. */
    void take(TaskAssignment assignment) {
        WorkerAttempt known = attempts.get(assignment.getExecId());
        if (known != null) {
            known.renew(assignment.getToken());
            if (known.completion().isPresent()) {
                send(known);
            }
            return;
        }
        if (attempts.size() >= capacity) {
            // Without heartbeats from here, the server gives it to another.
            LOG.warn("the server gave more than the {} attempts that this worker has room for", capacity);
            return;
        }
        WorkerAttempt attempt = runner.attempt(assignment);
        attempts.put(attempt.executionId(), attempt);
        whenRun(attempt, runner.run(attempt));
    }

    /** What ended on the spot needs no further turn of the event loop. */
    private void whenRun(WorkerAttempt attempt, CompletionStage<TaskCompletion> run) {
        CompletableFuture<TaskCompletion> future = run.toCompletableFuture();
        if (future.isDone()) {
            complete(attempt, future.join());
        } else {
            run.thenAccept(completion -> context.runOnContext(turn -> complete(attempt, completion)));
        }
    }

    /** The first end counts, and only while somebody waits for it. */
    private void complete(WorkerAttempt attempt, TaskCompletion completion) {
        if (attempts.get(attempt.executionId()) == attempt
                && attempt.completion().isEmpty()) {
            attempt.complete(completion);
            send(attempt);
        }
    }

    private void send(WorkerAttempt attempt) {
        unsent.add(attempt);
        completed.run();
    }

    /** Ends those whose time is over. */
    void stopOverdue(long nowNanos) {
        for (WorkerAttempt attempt : attempts.values()) {
            if (attempt.isOverdue(nowNanos)) {
                TaskCompletion late = Completions.failed(
                        attempt, Completions.timedOut(attempt.timeout().orElseThrow()));
                attempt.cancel();
                complete(attempt, late);
            }
        }
    }

    /** Nobody waits for it any more. A word about an earlier holder's token is of no concern. */
    void cancel(HeldTask task) {
        WorkerAttempt attempt = attempts.get(task.getExecId());
        if (attempt != null && (task.getToken().isEmpty() || attempt.token().equals(task.getToken()))) {
            forget(attempt);
        }
    }

    void acknowledge(TaskAcknowledgement acknowledgement) {
        WorkerAttempt attempt = attempts.get(acknowledgement.getExecId());
        if (attempt == null || !attempt.token().equals(acknowledgement.getToken())) {
            return;
        }
        if (!acknowledgement.getRecorded()) {
            LOG.info("{} was not recorded: {}", acknowledgement.getExecId(), acknowledgement.getReason());
        }
        forget(attempt);
    }

    private void forget(WorkerAttempt attempt) {
        attempts.remove(attempt.executionId());
        if (attempt.completion().isEmpty()) {
            attempt.cancel();
        } else {
            unsent.remove(attempt);
        }
    }

    /** Ends everything at once; the server finds out by itself. */
    void dropAll() {
        List.copyOf(attempts.values()).forEach(this::forget);
    }

    /** On a new stream, everything that is not acknowledged is unsent. */
    void resend() {
        unsent.clear();
        for (WorkerAttempt attempt : attempts.values()) {
            if (attempt.completion().isPresent()) {
                unsent.add(attempt);
            }
        }
    }

    boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    /** The next of what is unsent, within what one message may hold. */
    TaskCompletions nextBatch() {
        TaskCompletions.Builder batch = TaskCompletions.newBuilder();
        long sizeBytes = 0;
        Iterator<WorkerAttempt> next = unsent.iterator();
        while (next.hasNext() && batch.getCompletionsCount() < MOST_IN_BATCH) {
            TaskCompletion completion = next.next().completion().orElseThrow();
            sizeBytes += completion.getSerializedSize();
            if (sizeBytes > MOST_BATCH_BYTES && batch.getCompletionsCount() > 0) {
                break;
            }
            batch.addCompletions(completion);
            next.remove();
        }
        return batch.build();
    }
}
