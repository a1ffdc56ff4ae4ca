package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.tenant.FairQueue;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A lane of writes with natural batching: what is submitted in one turn of the event loop is flushed together, and while
 * one flush is in flight the next batch gathers. No timer delays a write, so a lone caller waits for its own round trip
 * only. Tenants take turns in a flush, and none can fill the queue.
 *
 * <p>A flush that fails for what a row contains is split until the row is alone, so that its neighbours get through.
 * A flush that fails for the connection, or whose reply is lost, is written again with growing pauses until its rows
 * have waited for {@link Limits#patienceMs}; writers therefore recognise what an earlier try has written.
 */
final class GroupCommit<T, R> {

    /**
     * @param queueRows how many rows may wait for a flush; more are refused
     * @param queueBytes how many bytes may wait for a flush; more are refused, unless the queue is empty
     * @param flushRows at most this many rows a flush
     * @param flushBytes at most this many bytes a flush, unless one row alone is larger
     * @param patienceMs how long a row is tried
     */
    record Limits(int queueRows, long queueBytes, int flushRows, long flushBytes, long patienceMs) {}

    /** Writes rows and completes each, or fails as a whole when none of those not yet completed was written. */
    @FunctionalInterface
    interface Writer<T, R> {
        Future<Void> write(List<Pending<T, R>> rows);
    }

    /** A row that waits for its commit. */
    static final class Pending<T, R> {
        private final String tenantId;
        private final T row;
        private final long sizeBytes;
        private final long submittedNanos = System.nanoTime();
        private final Promise<R> promise = Promise.promise();

        private Pending(String tenantId, T row, long sizeBytes) {
            this.tenantId = tenantId;
            this.row = row;
            this.sizeBytes = sizeBytes;
        }

        T row() {
            return row;
        }

        void complete(R result) {
            promise.tryComplete(result);
        }

        void fail(Failure failure) {
            promise.tryFail(failure);
        }

        boolean isOpen() {
            return !promise.future().isComplete();
        }
    }

    private static final int MOST_OF_FREE = 3;
    private static final long FIRST_PAUSE_MS = 10;
    private static final long LONGEST_PAUSE_MS = 500;

    private final Vertx vertx;
    private final String name;
    private final Limits limits;
    private final Writer<T, R> writer;
    private final StateMeters.Flushes meters;

    private final FairQueue<Pending<T, R>> queue = new FairQueue<>();
    private final Map<String, Long> queuedBytesOf = new HashMap<>();
    private long queuedBytes;
    private boolean flushing;
    private boolean closed;
    private final Promise<Void> drained = Promise.promise();

    GroupCommit(Vertx vertx, String name, Limits limits, StateMeters meters, Writer<T, R> writer) {
        this.vertx = vertx;
        this.name = name;
        this.limits = limits;
        this.writer = writer;
        this.meters = meters.flushes(name.replace(' ', '_'), this::queuedRows);
    }

    /** Completes when the row is durable. Fails with OVERLOADED at once when the queue is full, or the tenant's part of it. */
    Future<R> submit(String tenantId, T row, long sizeBytes) {
        Pending<T, R> pending = new Pending<>(tenantId, row, sizeBytes);
        synchronized (this) {
            if (closed) {
                return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "the store is closing"));
            }
            if (isFull(tenantId, sizeBytes)) {
                meters.refused();
                return Future.failedFuture(
                        new Failure(FailureCode.OVERLOADED, "the queue of " + name + " is full; try again later"));
            }
            queue.add(tenantId, pending);
            addBytes(tenantId, sizeBytes);
            if (flushing) {
                return pending.promise.future();
            }
            flushing = true;
        }
        vertx.runOnContext(nothing -> flush());
        return pending.promise.future();
    }

    /** Takes no more rows; completes when those that were taken are done with. */
    Future<Void> close() {
        synchronized (this) {
            closed = true;
            if (!flushing) {
                drained.tryComplete();
            }
        }
        return drained.future();
    }

    private synchronized int queuedRows() {
        return queue.size();
    }

    /** A tenant may have three times what is left free: alone three quarters, and whoever floods it, others find room. */
    private boolean isFull(String tenantId, long sizeBytes) {
        int freeRows = limits.queueRows - queue.size();
        long freeBytes = limits.queueBytes - queuedBytes;
        if (freeRows <= 0 || queue.size(tenantId) / MOST_OF_FREE >= freeRows) {
            return true;
        }
        return !queue.isEmpty()
                && (sizeBytes > freeBytes || queuedBytesOf.getOrDefault(tenantId, 0L) > MOST_OF_FREE * freeBytes);
    }

    private void addBytes(String tenantId, long sizeBytes) {
        queuedBytes += sizeBytes;
        queuedBytesOf.merge(tenantId, sizeBytes, (some, more) -> some + more == 0 ? null : some + more);
    }

    private void flush() {
        List<Pending<T, R>> batch = nextBatch();
        if (batch.isEmpty()) {
            return;
        }
        long startedNanos = System.nanoTime();
        writeUntilDone(batch, FIRST_PAUSE_MS).onComplete(done -> {
            meters.flushed(batch.size(), startedNanos);
            flush();
        });
    }

    private synchronized List<Pending<T, R>> nextBatch() {
        List<Pending<T, R>> batch = new ArrayList<>(Math.min(queue.size(), limits.flushRows));
        long bytes = 0;
        while (!queue.isEmpty() && batch.size() < limits.flushRows) {
            long size = queue.peek().sizeBytes;
            if (!batch.isEmpty() && bytes + size > limits.flushBytes) {
                break;
            }
            bytes += size;
            Pending<T, R> next = queue.poll();
            addBytes(next.tenantId, -size);
            batch.add(next);
        }
        flushing = !batch.isEmpty();
        if (closed && !flushing) {
            drained.tryComplete();
        }
        return batch;
    }

    /** Succeeds always: by then each row is completed or failed. */
    private Future<Void> writeUntilDone(List<Pending<T, R>> batch, long pauseMs) {
        return attempt(batch).recover(cause -> {
            List<Pending<T, R>> open = batch.stream().filter(Pending::isOpen).toList();
            return switch (DatabaseFault.of(cause).kind()) {
                case DATA, DEFECT -> split(open, cause);
                case PASSING -> writeAgain(open, cause, pauseMs);
            };
        });
    }

    private Future<Void> attempt(List<Pending<T, R>> batch) {
        try {
            return writer.write(batch);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private Future<Void> split(List<Pending<T, R>> rows, Throwable cause) {
        if (rows.size() <= 1) {
            return fail(rows, cause);
        }
        int half = rows.size() / 2;
        return writeUntilDone(rows.subList(0, half), FIRST_PAUSE_MS)
                .compose(done -> writeUntilDone(rows.subList(half, rows.size()), FIRST_PAUSE_MS));
    }

    private Future<Void> writeAgain(List<Pending<T, R>> rows, Throwable cause, long pauseMs) {
        long latestNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(limits.patienceMs - pauseMs);
        Map<Boolean, List<Pending<T, R>>> patient =
                rows.stream().collect(Collectors.partitioningBy(row -> row.submittedNanos - latestNanos > 0));
        fail(patient.get(false), cause);
        if (patient.get(true).isEmpty()) {
            return Future.succeededFuture();
        }
        return vertx.timer(pauseMs, TimeUnit.MILLISECONDS)
                .compose(fired -> writeUntilDone(patient.get(true), Math.min(2 * pauseMs, LONGEST_PAUSE_MS)));
    }

    private Future<Void> fail(List<Pending<T, R>> rows, Throwable cause) {
        Failure failure = DatabaseFault.of(cause).toFailure();
        rows.forEach(row -> row.fail(failure));
        return Future.succeededFuture();
    }
}
