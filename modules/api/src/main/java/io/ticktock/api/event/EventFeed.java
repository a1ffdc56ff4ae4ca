package io.ticktock.api.event;

import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProgressListeners;
import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.WatchEventsRequest;
import io.ticktock.proto.v1.WatchLifetimeRequest;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/**
 * Reads the logs of lifetimes for those who listen: at once when progress is told, and from time to time anyway, since
 * that is only a hint. One for each verticle, used on its event loop.
 */
public final class EventFeed {

    private static final Duration TICK = Duration.ofMillis(100);

    /** Without a hint the log is read so often; less often when very many listen, who then take turns. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private static final int MOST_UNHINTED_A_TICK = 40;

    /** Reads at a time; who else wants one waits in a queue, in which everybody is once at most. */
    private static final int MOST_READS = 8;

    private final Vertx vertx;
    private final Bus bus;
    private final ProgressListeners progress;
    private final FeedBounds bounds;

    /** Those whose log was read the longest time ago first. */
    private final Set<Watch> watches = new LinkedHashSet<>();

    private final Map<String, Integer> watchesOfTenant = new HashMap<>();
    private final Queue<Watch> waiting = new ArrayDeque<>();
    private int reads;
    private long timer;

    public EventFeed(Vertx vertx, Bus bus, FeedBounds bounds) {
        this.vertx = vertx;
        this.bus = bus;
        this.progress = new ProgressListeners(vertx, bus);
        this.bounds = bounds;
    }

    /** Fails before anything is sent when there is no such lifetime, no such place in its log, or no room. */
    public Future<Watch> open(WatchLifetimeRequest request) {
        return open(new LifetimeLog(bus, progress, request));
    }

    /** Fails before anything is sent when the stream cannot go on where it is asked to, or there is no room. */
    public Future<Watch> openStream(WatchEventsRequest request) {
        return open(new TenantStream(bus, request));
    }

    private Future<Watch> open(EventLog log) {
        if (watches.size() >= bounds.listeners()) {
            return Future.failedFuture(full("here", bounds.listeners()));
        }
        if (watchesOfTenant.getOrDefault(log.tenantId(), 0) >= bounds.listenersOfTenant()) {
            return Future.failedFuture(full("of this tenant here", bounds.listenersOfTenant()));
        }
        Watch watch = new Watch(this, log);
        add(watch);
        return log.find().map(watch::placed).onFailure(cause -> watch.close());
    }

    /** How many listen, or are about to. */
    public int listeners() {
        return watches.size();
    }

    private static Failure full(String where, int most) {
        return new Failure(
                FailureCode.OVERLOADED,
                most + " streams of events are open " + where + ", which is the most: close some");
    }

    private void add(Watch watch) {
        if (watches.isEmpty()) {
            timer = vertx.setPeriodic(TICK.toMillis(), id -> tick());
        }
        watches.add(watch);
        watchesOfTenant.merge(watch.log.tenantId(), 1, Integer::sum);
    }

    void remove(Watch watch) {
        watches.remove(watch);
        watchesOfTenant.computeIfPresent(watch.log.tenantId(), (tenant, count) -> count == 1 ? null : count - 1);
        if (watches.isEmpty()) {
            vertx.cancelTimer(timer);
        }
    }

    void begin(Watch watch) {
        watch.heardAtNanos = System.nanoTime();
        watch.log.position().ifPresent(position -> watch.sink().heartbeat(Optional.of(position)));
        watch.log.hear(() -> look(watch)).ifPresent(watch::hear);
        watch.log.hearDeltas(delta -> pass(watch, delta)).ifPresent(watch::hearDeltas);
        look(watch);
    }

    /** What there is no room for is left out: it is kept nowhere, and its number shows that it is missing. */
    private static void pass(Watch watch, ExecutionDelta delta) {
        if (watch.isOpen() && !watch.waitsForDrain && !watch.sink().isFull()) {
            watch.sink().send(delta);
            watch.heardAtNanos = System.nanoTime();
        }
    }

    private void tick() {
        long now = System.nanoTime();
        int unhinted = MOST_UNHINTED_A_TICK;
        for (Watch watch : List.copyOf(watches)) {
            if (!watch.isOpen()) {
                continue;
            }
            attend(watch, now);
            if (unhinted > 0 && !watch.looks && isPast(LOOK_EVERY, watch.lookedAtNanos, now)) {
                unhinted--;
                look(watch);
            }
        }
    }

    private static boolean isPast(Duration duration, long sinceNanos, long nowNanos) {
        return nowNanos - sinceNanos >= duration.toNanos();
    }

    /** Who does not read is cut off; who hears nothing hears at least that. */
    private void attend(Watch watch, long now) {
        if (watch.waitsForDrain) {
            if (isPast(bounds.slow(), watch.fullSinceNanos, now)) {
                watch.close();
                watch.sink().cut();
            }
            return;
        }
        if (isPast(bounds.heartbeat(), watch.heardAtNanos, now) && !isFull(watch)) {
            watch.heardAtNanos = now;
            watch.sink().heartbeat(watch.log.position());
            watch.askCredential().onFailure(cause -> endIfRefused(watch, Failure.of(cause)));
        }
    }

    /** A credential that was good once may have been revoked meanwhile. */
    private static void endIfRefused(Watch watch, Failure why) {
        boolean isRefused = why.code() == FailureCode.UNAUTHENTICATED || why.code() == FailureCode.PERMISSION_DENIED;
        if (isRefused && watch.isOpen()) {
            watch.close();
            watch.sink().fail(why);
        }
    }

    private boolean isFull(Watch watch) {
        if (!watch.sink().isFull()) {
            return false;
        }
        watch.waitsForDrain = true;
        watch.fullSinceNanos = System.nanoTime();
        watch.sink().onDrain(() -> {
            watch.waitsForDrain = false;
            look(watch);
        });
        return true;
    }

    /** Has the log read for it, now or when it is its turn. */
    private void look(Watch watch) {
        if (!watch.isOpen() || watch.waitsForDrain) {
            return;
        }
        if (watch.looks) {
            watch.looksAgain = true;
            return;
        }
        watch.looks = true;
        waiting.add(watch);
        readOn();
    }

    private void readOn() {
        while (reads < MOST_READS && !waiting.isEmpty()) {
            Watch watch = waiting.remove();
            if (watch.isOpen()) {
                read(watch);
            }
        }
    }

    private void read(Watch watch) {
        reads++;
        watch.looksAgain = false;
        watch.lookedAtNanos = System.nanoTime();
        watches.remove(watch);
        watches.add(watch);
        watch.log.next().onComplete(page -> {
            reads--;
            watch.looks = false;
            if (watch.isOpen()) {
                take(watch, page);
            }
            readOn();
        });
    }

    private void take(Watch watch, AsyncResult<EventLog.Page> read) {
        if (read.failed()) {
            failUnlessPassing(watch, Failure.of(read.cause()));
            return;
        }
        EventLog.Page page = read.result();
        for (EventLog.Entry entry : page.entries()) {
            // What there is no room for is not kept, but read again.
            if (isFull(watch)) {
                return;
            }
            watch.send(entry);
            watch.heardAtNanos = System.nanoTime();
            if (watch.log.isEnd(entry.event())) {
                end(watch);
                return;
            }
        }
        watch.log.advance(page.position());
        if (page.more() || watch.looksAgain) {
            look(watch);
        } else if (watch.log.endsWhenCaughtUp()) {
            watch.sink().heartbeat(watch.log.position());
            end(watch);
        }
    }

    private static void end(Watch watch) {
        watch.close();
        watch.sink().end();
    }

    /** What passes is waited for: the log is read again in a while. */
    private static void failUnlessPassing(Watch watch, Failure why) {
        switch (why.code()) {
            case UNAVAILABLE, FENCED, OVERLOADED, QUOTA_EXCEEDED -> {}
            case INTERNAL,
                    NOT_FOUND,
                    INVALID_ARGUMENT,
                    UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    STALE,
                    ALREADY_EXISTS,
                    FAILED_PRECONDITION -> {
                watch.close();
                watch.sink().fail(why);
            }
        }
    }
}
