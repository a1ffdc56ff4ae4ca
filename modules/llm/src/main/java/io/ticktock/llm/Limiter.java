package io.ticktock.llm;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How much one tenant asks one provider at once and a minute. Who comes too early waits for their turn. */
final class Limiter {

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final long SHORTEST_WAIT_MS = 5;

    private final Vertx vertx;
    private final ProviderConfiguration provider;
    private final LongSupplier nanoTime;
    private final Bucket requests;
    private final Bucket tokens;
    private final Deque<Turn> waiting = new ArrayDeque<>();
    private int inFlight;
    private long pausedUntil;
    private boolean timed;

    Limiter(Vertx vertx, ProviderConfiguration provider, LongSupplier nanoTime) {
        this.vertx = vertx;
        this.provider = provider;
        this.nanoTime = nanoTime;
        this.requests = new Bucket(provider.requestsPerMinute(), nanoTime.getAsLong());
        this.tokens = new Bucket(provider.tokensPerMinute(), nanoTime.getAsLong());
        this.pausedUntil = nanoTime.getAsLong();
    }

    /** A call's right to be made, from when it is its turn until it is over. */
    final class Turn {

        private final long estimate;
        private final Promise<Turn> come = Promise.promise();
        private boolean over;

        private Turn(long estimate) {
            this.estimate = estimate;
        }

        Future<Turn> come() {
            return come.future();
        }

        /** The call is over, or nobody wants it any more. */
        void end(long tokensUsed) {
            synchronized (Limiter.this) {
                if (over) {
                    return;
                }
                over = true;
                if (waiting.remove(this)) {
                    come.tryFail(new LlmFault("llm_cancelled", "the call was given up before its turn", true));
                } else {
                    inFlight--;
                    // A provider that counts wrongly, or lies, takes no more than a minute of those who come after.
                    tokens.take(Math.min(tokensUsed - estimate, provider.tokensPerMinute()));
                }
            }
            goOn();
        }
    }

    /** @param estimate of the tokens that the call takes; what it took is said at its end */
    Turn next(long estimate) {
        Turn turn = new Turn(estimate);
        synchronized (this) {
            boolean waits = !waiting.isEmpty() || waitNanos(estimate) > 0;
            if (waits && waiting.size() >= provider.maxQueued()) {
                turn.over = true;
                turn.come.fail(new LlmFault(
                        "llm_busy",
                        "too many calls of the provider " + provider.name() + " wait for their turn already",
                        true));
                return turn;
            }
            waiting.add(turn);
        }
        goOn();
        return turn;
    }

    /** The provider asks to be left alone. */
    void pause(Duration time) {
        long most = Math.min(time.toNanos(), LONGEST_PAUSE.toNanos());
        synchronized (this) {
            long until = nanoTime.getAsLong() + most;
            pausedUntil = until - pausedUntil > 0 ? until : pausedUntil;
        }
    }

    private void goOn() {
        Turn turn = take();
        while (turn != null) {
            turn.come.tryComplete(turn);
            turn = take();
        }
    }

    private synchronized Turn take() {
        Turn first = waiting.peek();
        if (first == null) {
            return null;
        }
        long wait = waitNanos(first.estimate);
        if (wait > 0) {
            wakeAfter(wait);
            return null;
        }
        waiting.remove();
        inFlight++;
        requests.take(1);
        tokens.take(first.estimate);
        return first;
    }

    /** 0 when a call may go at once; more than any time when one that goes has to end first. */
    private long waitNanos(long estimate) {
        if (inFlight >= provider.maxInFlight()) {
            return Long.MAX_VALUE;
        }
        long now = nanoTime.getAsLong();
        long wait = Math.max(requests.waitNanos(1, now), tokens.waitNanos(estimate, now));
        return Math.max(wait, pausedUntil - now);
    }

    private void wakeAfter(long nanos) {
        if (timed || nanos == Long.MAX_VALUE) {
            return;
        }
        timed = true;
        long millis = Math.max(SHORTEST_WAIT_MS, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
        vertx.setTimer(millis, passed -> {
            synchronized (this) {
                timed = false;
            }
            goOn();
        });
    }

    /** Fills itself evenly, a minute's worth at most. */
    private static final class Bucket {

        private static final double NANOS_A_MINUTE = 60e9;

        private final long perMinute;
        private double level;
        private long at;

        Bucket(long perMinute, long now) {
            this.perMinute = perMinute;
            this.level = (double) perMinute;
            this.at = now;
        }

        void take(long amount) {
            level = Math.min((double) perMinute, level - (double) amount);
        }

        /** Who wants more than fits gets it when it is full. */
        long waitNanos(long amount, long now) {
            if (perMinute == 0) {
                return 0;
            }
            level = Math.min((double) perMinute, level + (double) (now - at) * ((double) perMinute / NANOS_A_MINUTE));
            at = now;
            double missing = (double) Math.min(amount, perMinute) - level;
            return missing <= 0 ? 0 : (long) Math.ceil(missing * NANOS_A_MINUTE / (double) perMinute);
        }
    }
}
