package io.ticktock.executor;

import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.sdk.running.DeltaBuffer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Publishes what handlers say while they run, to whoever follows their lifetimes live. One for each executor. */
final class Deltas {

    private final Vertx vertx;
    private final Consumer<ExecutionDelta> publish;
    private final LongSupplier nanoTime;
    private final AtomicLong waitingChars = new AtomicLong();

    Deltas(Vertx vertx, Consumer<ExecutionDelta> publish, LongSupplier nanoTime) {
        this.vertx = vertx;
        this.publish = publish;
        this.nanoTime = nanoTime;
    }

    /** For one attempt that has its secrets. */
    DeltaBuffer buffer(HeldAttempt attempt) {
        return new DeltaBuffer(waitingChars, attempt.secrets());
    }

    /** From any thread; what there is to do is done on the attempt's event loop. */
    void say(HeldAttempt attempt, DeltaBuffer buffer, String text) {
        long waitNanos = buffer.add(text, nanoTime.getAsLong());
        if (waitNanos != DeltaBuffer.NOTHING_DUE) {
            attempt.context().runOnContext(nothing -> sendAfter(waitNanos, attempt, buffer));
        }
    }

    private void sendAfter(long waitNanos, HeldAttempt attempt, DeltaBuffer buffer) {
        if (waitNanos == 0) {
            send(attempt, buffer);
        } else {
            long waitMillis = Duration.ofNanos(waitNanos).toMillis() + 1;
            vertx.setTimer(waitMillis, timer -> send(attempt, buffer));
        }
    }

    private void send(HeldAttempt attempt, DeltaBuffer buffer) {
        buffer.take(nanoTime.getAsLong()).ifPresent(piece -> publish(attempt, piece));
    }

    /** The handler has ended: what waits is sent before the record is. */
    void end(HeldAttempt attempt, DeltaBuffer buffer) {
        buffer.end(nanoTime.getAsLong()).ifPresent(piece -> publish(attempt, piece));
    }

    private void publish(HeldAttempt attempt, DeltaBuffer.Piece piece) {
        ExecutionHeaders headers = attempt.headers();
        publish.accept(ExecutionDelta.newBuilder()
                .setTenantId(headers.getTenantId())
                .setLifetimeId(headers.getLifetimeId())
                .setExecId(headers.getExecId())
                .setNodeId(headers.getNodeId())
                .setIteration(headers.getIteration())
                .setAttempt(headers.getAttempt())
                .setNumber(piece.number())
                .setText(piece.text())
                .setDroppedChars(piece.droppedChars())
                .build());
    }
}
