package io.ticktock.executor;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.ProtoTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/** When an attempt began, how long it may take, and how long it may be silent. Any thread may look. */
final class AttemptTimes {

    private static final int NANOS_PER_MILLI = 1_000_000;

    private final InstantSource clock;
    private final LongSupplier nanoTime;

    private volatile boolean begun;
    private volatile boolean untimed;
    private volatile boolean waitsForThread;
    private volatile Optional<Duration> limit = Optional.empty();
    private volatile long deadlineNanos;
    private volatile long heartbeatNanos;
    private volatile long heartbeatTimeoutNanos;
    private volatile long startedNanos;
    private long startedMillis;

    /** @param nanoTime the monotonic clock, which all but the time of its start goes by */
    AttemptTimes(InstantSource clock, LongSupplier nanoTime) {
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /** From now on it can be overdue: after this time, until the graph's is known. */
    void begin(Duration timeout) {
        start();
        deadlineNanos = startedNanos + timeout.toNanos();
        begun = true;
    }

    private void start() {
        startedMillis = clock.millis();
        startedNanos = nanoTime.getAsLong();
    }

    /** Sets the time that the graph gives it, if any. */
    void limit(Optional<Duration> time) {
        limit = time;
        time.ifPresent(given -> deadlineNanos = startedNanos + given.toNanos());
    }

    Optional<Duration> limit() {
        return limit;
    }

    /** Its time begins when a worker outside has it. */
    void awaitWorker() {
        untimed = true;
    }

    /** A worker outside has it from now. Where the graph gives no time, it may take as long as the worker is alive. */
    void givenOut() {
        start();
        limit.ifPresent(given -> deadlineNanos = startedNanos + given.toNanos());
        untimed = limit.isEmpty();
    }

    /** Who waits for a thread cannot speak yet. */
    void awaitThread() {
        waitsForThread = true;
    }

    /** A thread has taken up what waited for it. */
    void threadStarted() {
        waitsForThread = false;
        heartbeat();
    }

    void heartbeat() {
        heartbeatNanos = nanoTime.getAsLong();
    }

    /** From now on it may be silent for so long only. */
    void expectHeartbeats(Optional<Duration> silence) {
        heartbeat();
        silence.ifPresent(given -> heartbeatTimeoutNanos = given.toNanos());
    }

    /** As if this much time had passed. */
    synchronized void age(long nanos) {
        startedNanos -= nanos;
        deadlineNanos -= nanos;
        heartbeatNanos -= nanos;
    }

    /** What it has failed of by now, if its time or that of its silence has passed. */
    Optional<AttemptFailure> overdue(long nowNanos) {
        if (!begun || untimed) {
            return Optional.empty();
        }
        if (nowNanos - deadlineNanos > 0) {
            return Optional.of(AttemptFailure.timedOut("no result after " + seconds(deadlineNanos - startedNanos)));
        }
        return isSilent(nowNanos)
                ? Optional.of(AttemptFailure.timedOut("no heartbeat for " + seconds(heartbeatTimeoutNanos)))
                : Optional.empty();
    }

    private boolean isSilent(long nowNanos) {
        return heartbeatTimeoutNanos > 0 && !waitsForThread && nowNanos - heartbeatNanos > heartbeatTimeoutNanos;
    }

    long elapsedNanos() {
        return nanoTime.getAsLong() - startedNanos;
    }

    long elapsedMillis() {
        return elapsedNanos() / NANOS_PER_MILLI;
    }

    Timestamp startedAt() {
        return ProtoTime.timestamp(Instant.ofEpochMilli(startedMillis));
    }

    /** Now, by the clock that the start was taken from. */
    Timestamp finishedAt() {
        return ProtoTime.timestamp(Instant.ofEpochMilli(startedMillis + elapsedMillis()));
    }

    private static String seconds(long nanos) {
        return nanos / (double) Duration.ofSeconds(1).toNanos() + " s";
    }
}
