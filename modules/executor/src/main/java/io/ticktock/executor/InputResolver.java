package io.ticktock.executor;

import io.ticktock.graph.expression.VariableUse;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.InputSources;
import io.ticktock.proto.v1.PlanInput;
import io.ticktock.proto.v1.TaskInput;
import io.vertx.core.Future;
import java.util.Set;
import java.util.function.Function;

/** Turns the references of an input into values, as far as somebody looks at these. */
final class InputResolver {

    private final Records records;
    private final BlobValues blobs;
    private final BlobClient client;
    private final Repeater repeater;
    private final ByteBudget memory;
    private final int maxInputBytes;

    InputResolver(
            Records records,
            BlobValues blobs,
            BlobClient client,
            Repeater repeater,
            ByteBudget memory,
            int maxInputBytes) {
        this.records = records;
        this.blobs = blobs;
        this.client = client;
        this.repeater = repeater;
        this.memory = memory;
        this.maxInputBytes = maxInputBytes;
    }

    /** As {@link Resolution#task}, with what was in the blob store. */
    Future<ResolvedInput> resolve(HeldAttempt attempt, TaskInput task, VariableUse use, boolean readsInput) {
        return resolve(attempt, task.getHeaders(), task.getSources(), found -> found.task(use, readsInput));
    }

    /** As {@link Resolution#plan}, with what was in the blob store. */
    Future<ResolvedInput> resolve(HeldAttempt attempt, PlanInput plan, VariableUse use, boolean readsArrivals) {
        return resolve(attempt, plan.getHeaders(), plan.getSources(), found -> found.plan(use, readsArrivals));
    }

    private Future<ResolvedInput> resolve(
            HeldAttempt attempt,
            ExecutionHeaders headers,
            InputSources sources,
            Function<Resolution, Future<ResolvedInput>> resolve) {
        Resolution resolution = new Resolution(records, blobs, client, headers, sources);
        return repeater.repeat(() -> resolve.apply(resolution), () -> !attempt.isCancelled())
                .compose(resolved -> readBlobs(attempt, resolution.contents()).map(resolved));
    }

    /** What is too large is left unread: it may still be passed on, and is a failure only for who looks at it. */
    private Future<Void> readBlobs(HeldAttempt attempt, Set<BlobContent> contents) {
        if (contents.isEmpty()) {
            return Future.succeededFuture();
        }
        long bytes = contents.stream().mapToLong(BlobContent::sizeBytes).sum();
        if (bytes > maxInputBytes) {
            return Future.succeededFuture();
        }
        return memory.take(bytes).compose(taken -> {
            attempt.onEnd(() -> memory.giveBack(bytes));
            if (attempt.isCancelled()) {
                return Future.failedFuture(AttemptFailure.cancelled());
            }
            return repeater.repeat(() -> BlobContent.readAll(contents), () -> !attempt.isCancelled());
        });
    }
}
