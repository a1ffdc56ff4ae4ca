package io.ticktock.sdk.worker;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskOutcome.Streamed;
import io.ticktock.sdk.TaskOutcome.Succeeded;
import io.ticktock.sdk.Value;
import io.ticktock.sdk.running.HandlerThreads;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls handlers, and makes of whatever they give what the server is told. */
final class TaskRunner {

    private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);

    /** Parsing more than this would hold up the event loop. */
    private static final int LARGE_INPUT_BYTES = 32 << 10;

    private final Map<String, TaskHandler> handlers;
    private final HandlerThreads threads;
    private final BlobReader blobs;

    TaskRunner(Map<String, TaskHandler> handlers, HandlerThreads threads, BlobReader blobs) {
        this.handlers = handlers;
        this.threads = threads;
        this.blobs = blobs;
    }

    WorkerAttempt attempt(TaskAssignment assignment) {
        return new WorkerAttempt(assignment, threads);
    }

    /** Never fails. Complete at once where the handler was; otherwise on any thread. */
    CompletionStage<TaskCompletion> run(WorkerAttempt attempt) {
        CompletionStage<TaskOutcome> outcome;
        try {
            outcome = call(attempt);
        } catch (Throwable thrown) {
            return CompletableFuture.completedFuture(Completions.failed(attempt, thrown));
        }
        if (outcome == null) {
            return CompletableFuture.completedFuture(Completions.failed(attempt, noOutcome()));
        }
        return outcome.thenCompose(ended -> conclude(attempt, ended))
                .exceptionally(thrown -> Completions.failed(attempt, thrown));
    }

    private CompletionStage<TaskOutcome> call(WorkerAttempt attempt) {
        TaskAssignment assignment = attempt.assignment();
        TaskHandler handler = handlers.get(assignment.getTaskType());
        if (handler == null) {
            throw new HandlerFailure(
                    "unknown_type", "this worker has no handler for Tasks of type " + assignment.getTaskType(), false);
        }
        TaskContext context = new TaskContext(
                attempt, new ReceivedSettings(assignment.getSettings()), input(assignment), Optional.empty());
        return mayTakeLong(assignment)
                ? attempt.onWorker(() -> handler.run(context)).thenCompose(TaskRunner::outcome)
                : handler.run(context);
    }

    private static CompletionStage<TaskOutcome> outcome(CompletionStage<TaskOutcome> stage) {
        return stage == null ? CompletableFuture.failedFuture(noOutcome()) : stage;
    }

    private Value input(TaskAssignment assignment) {
        Payload input = assignment.getInput();
        if (input.hasBlob()) {
            return blobs.value(input);
        }
        return input.hasInline() ? Value.of(input) : Value.NULL;
    }

    private static boolean mayTakeLong(TaskAssignment assignment) {
        Payload input = assignment.getInput();
        return input.hasBlob()
                || input.getInline().size() + assignment.getSettings().size() > LARGE_INPUT_BYTES;
    }

    private CompletionStage<TaskCompletion> conclude(WorkerAttempt attempt, TaskOutcome outcome) {
        if (outcome == null) {
            return CompletableFuture.completedFuture(Completions.failed(attempt, noOutcome()));
        }
        if (outcome instanceof Succeeded success) {
            return success(attempt, success.value());
        }
        if (outcome instanceof Failed failed) {
            return CompletableFuture.completedFuture(Completions.failed(attempt, failed));
        }
        if (outcome instanceof Streamed streamed) {
            return read(attempt, streamed.mediaType(), streamed.content());
        }
        return CompletableFuture.completedFuture(Completions.failed(
                attempt,
                Completions.error(
                        "cannot_wait",
                        "a worker's task cannot wait; let a Task of type wait, human or graph do it",
                        false)));
    }

    /** What came by reference goes back by value: a worker stores nothing. */
    private CompletionStage<TaskCompletion> success(WorkerAttempt attempt, Value value) {
        if (value == null) {
            return CompletableFuture.failedFuture(noOutcome());
        }
        if (value.sizeBytes() > Completions.MOST_RESULT_BYTES) {
            return CompletableFuture.completedFuture(Completions.failed(attempt, Completions.tooLarge()));
        }
        Payload payload = value.payload();
        return payload.hasBlob()
                ? attempt.onWorker(() -> inline(attempt, value.mediaType(), value.bytes()))
                : CompletableFuture.completedFuture(Completions.succeeded(attempt, payload));
    }

    private CompletionStage<TaskCompletion> read(WorkerAttempt attempt, String mediaType, InputStream content) {
        return CompletableFuture.completedFuture(content)
                .thenCompose(stream -> attempt.onWorker(() -> inline(attempt, mediaType, bytes(stream))))
                .whenComplete((read, thrown) -> close(attempt, content));
    }

    /** No more than what shows that there is too much. */
    private static ByteString bytes(InputStream content) throws IOException {
        return ByteString.copyFrom(content.readNBytes(Completions.MOST_RESULT_BYTES + 1));
    }

    private static TaskCompletion inline(WorkerAttempt attempt, String mediaType, ByteString bytes) {
        return Completions.succeeded(attempt, Value.of(mediaType, bytes).payload());
    }

    private void close(WorkerAttempt attempt, InputStream content) {
        threads.closeLater(
                content, e -> LOG.warn("{}: a result's stream could not be closed", attempt.executionId(), e));
    }

    private static HandlerFailure noOutcome() {
        return new HandlerFailure("no_outcome", "the handler returned nothing; it must return an outcome", false);
    }
}
