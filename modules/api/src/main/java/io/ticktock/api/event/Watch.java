package io.ticktock.api.event;

import io.ticktock.api.access.Caller;
import io.ticktock.bus.Registration;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.ListEventsRequest;
import io.ticktock.proto.v1.WatchLifetimeRequest;
import io.vertx.core.Future;
import java.util.function.Supplier;

/** One listener's place in a lifetime's log. Whoever was given one begins it or closes it. */
public final class Watch {

    /** Listeners may be many, so that what is read for one at a time is little. */
    private static final int PAGE_EVENTS = 100;

    private final EventFeed feed;
    final String tenantId;
    final String lifetimeId;
    private long lastSeq;
    private boolean over;

    /** Null until it has begun. */
    private EventSink sink;

    private Supplier<Future<Caller>> credential;
    private Future<Registration> hints;
    private boolean closed;

    /** Whether the log is being read for it, or is about to be. */
    boolean looks;
    /** Whether there was a hint since. */
    boolean looksAgain;

    boolean waitsForDrain;
    long fullSinceNanos;
    long lookedAtNanos;
    long heardAtNanos;

    Watch(EventFeed feed, WatchLifetimeRequest request) {
        this.feed = feed;
        this.tenantId = request.getTenantId();
        this.lifetimeId = request.getLifetimeId();
        this.lastSeq = request.getAfterSeq();
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
    }

    /** Whether what it was to go on after is the end. */
    public boolean isOver() {
        return over;
    }

    void knowOver() {
        over = true;
    }

    void hear(Future<Registration> of) {
        hints = of;
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

    long lastSeq() {
        return lastSeq;
    }

    ListEventsRequest nextPage() {
        return page(lastSeq, PAGE_EVENTS);
    }

    /** The event that it goes on after, if there is one; from the start, the first. */
    ListEventsRequest where() {
        return page(Math.max(0, lastSeq - 1), 1);
    }

    private ListEventsRequest page(long afterSeq, int size) {
        return ListEventsRequest.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(lifetimeId)
                .setAfterSeq(afterSeq)
                .setPageSize(size)
                .build();
    }

    static boolean isWhole(int events) {
        return events == PAGE_EVENTS;
    }

    void send(LifetimeEvent event) {
        lastSeq = event.getSeq();
        sink.send(event);
    }
}
