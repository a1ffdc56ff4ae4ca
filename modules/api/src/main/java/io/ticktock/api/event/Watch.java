package io.ticktock.api.event;

import io.ticktock.api.access.Caller;
import io.ticktock.bus.Registration;
import io.vertx.core.Future;
import java.util.function.Supplier;

/** One listener's place in a log. Whoever was given one begins it or closes it. */
public final class Watch {

    private final EventFeed feed;
    final EventLog log;
    private boolean over;

    /** Null until it has begun. */
    private EventSink sink;

    private Supplier<Future<Caller>> credential;
    private Future<Registration> hints;
    private Future<Registration> deltas;
    private boolean closed;

    /** Whether the log is being read for it, or is about to be. */
    boolean looks;
    /** Whether there was a hint since. */
    boolean looksAgain;

    boolean waitsForDrain;
    long fullSinceNanos;
    long lookedAtNanos;
    long heardAtNanos;

    Watch(EventFeed feed, EventLog log) {
        this.feed = feed;
        this.log = log;
    }

    /**
     * Sends what comes after where it is, as it becomes durable.
     *
     * @param credential tells whether whoever listens still may: fails once that is not so
     */
    public void begin(EventSink to, Supplier<Future<Caller>> credential) {
        this.sink = to;
        this.credential = credential;
        feed.begin(this);
    }

    /** Nothing is sent any more; again and again is once. */
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        feed.remove(this);
        if (hints != null) {
            hints.onSuccess(Registration::end);
        }
        if (deltas != null) {
            deltas.onSuccess(Registration::end);
        }
    }

    /** Whether what it was to go on after is the end. */
    public boolean isOver() {
        return over;
    }

    Watch placed(boolean isOver) {
        over = isOver;
        return this;
    }

    void hear(Future<Registration> of) {
        hints = of;
    }

    void hearDeltas(Future<Registration> of) {
        deltas = of;
    }

    boolean isOpen() {
        return sink != null && !closed;
    }

    EventSink sink() {
        return sink;
    }

    Future<Caller> askCredential() {
        return credential.get();
    }

    void send(EventLog.Entry entry) {
        log.advance(entry.position());
        sink.send(entry.position(), entry.event());
    }
}
