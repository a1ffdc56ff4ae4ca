package io.ticktock.bus;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Tells the log of something that is tried again and again and keeps failing: loudly only when it may not pass by itself, and
 * then once a minute instead of each time. For one event loop.
 */
public final class LastingFault {

    /** Room comes and processes come back, sooner than this. */
    static final Duration PASSING = Duration.ofSeconds(10);

    static final Duration TOLD_EVERY = Duration.ofMinutes(1);

    private final Logger log;
    private final String what;
    private final LongSupplier nanos;

    private boolean isFailing;
    private long failingSinceNanos;
    private boolean isTold;
    private long toldAtNanos;

    /** @param what does not succeed, for people */
    public LastingFault(Logger log, String what) {
        this(log, what, System::nanoTime);
    }

    LastingFault(Logger log, String what, LongSupplier nanos) {
        this.log = log;
        this.what = what;
        this.nanos = nanos;
    }

    /** It has succeeded. */
    public void over() {
        isFailing = false;
    }

    /** It has failed, and is tried again. */
    public void failed(Throwable cause) {
        long now = nanos.getAsLong();
        if (!isFailing) {
            isFailing = true;
            failingSinceNanos = now;
        }
        Failure failure = Failure.of(cause);
        boolean mayPass = failure.code().retryable() && now - failingSinceNanos < PASSING.toNanos();
        if (mayPass || (isTold && now - toldAtNanos < TOLD_EVERY.toNanos())) {
            log.debug("{}, trying again", what, failure);
            return;
        }
        isTold = true;
        toldAtNanos = now;
        log.warn("{}, trying again; said once a minute while it lasts", what, failure);
    }
}
