package io.ticktock.api.event;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeProgress;
import io.ticktock.proto.v1.ListEventsResponse;
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
        this.bounds = bounds;
    }

    /** Fails before anything is sent when there is no such lifetime, no such place in its log, or no room. */
    public Future<Watch> open(WatchLifetimeRequest request) {
        if (request.getAfterSeq() < 0) {
            return Future.failedFuture(noSuchPlace(request.getAfterSeq()));
        }
        if (watches.size() >= bounds.listeners()) {
            return Future.failedFuture(full("here", bounds.listeners()));
        }
        if (watchesOfTenant.getOrDefault(request.getTenantId(), 0) >= bounds.listenersOfTenant()) {
            return Future.failedFuture(full("of this tenant here", bounds.listenersOfTenant()));
        }
        Watch watch = new Watch(this, request);
        add(watch);
        return bus.request(Addresses.STATE_LIST_EVENTS, watch.where())
                .map(found -> placed(watch, found))
                .onFailure(cause -> watch.close());
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
        watchesOfTenant.merge(watch.tenantId, 1, Integer::sum);
    }

    void remove(Watch watch) {
        watches.remove(watch);
        watchesOfTenant.computeIfPresent(watch.tenantId, (tenant, count) -> count == 1 ? null : count - 1);
        if (watches.isEmpty()) {
            vertx.cancelTimer(timer);
        }
    }

    private static Watch placed(Watch watch, ListEventsResponse found) {
        if (watch.lastSeq() == 0) {
            return watch;
        }
        if (found.getEventsCount() == 0 || found.getEvents(0).getSeq() != watch.lastSeq()) {
            throw noSuchPlace(watch.lastSeq());
        }
        if (isEnd(found.getEvents(0))) {
            watch.knowOver();
        }
        return watch;
    }

    private static Failure noSuchPlace(long seq) {
        return new Failure(FailureCode.INVALID_ARGUMENT, "events can go on after one that there is, not after " + seq);
    }

    private static boolean isEnd(LifetimeEvent event) {
        return event.hasCompleted() || event.hasFailed() || event.hasAborted();
    }

    void begin(Watch watch) {
        watch.heardAtNanos = System.nanoTime();
        watch.hear(bus.subscribe(Addresses.CONTROL_PROGRESS.at(watch.lifetimeId), progress -> take(watch, progress)));
        look(watch);
    }

    private void take(Watch watch, LifetimeProgress progress) {
        boolean isNews = progress.getEventsList().stream().anyMatch(event -> event.getSeq() > watch.lastSeq());
        if (isNews && progress.getTenantId().equals(watch.tenantId)) {
            look(watch);
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
            watch.sink().heartbeat();
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
        bus.request(Addresses.STATE_LIST_EVENTS, watch.nextPage()).onComplete(page -> {
            reads--;
            watch.looks = false;
            if (watch.isOpen()) {
                take(watch, page);
            }
            readOn();
        });
    }

    private void take(Watch watch, AsyncResult<ListEventsResponse> page) {
        if (page.failed()) {
            failUnlessPassing(watch, Failure.of(page.cause()));
            return;
        }
        List<LifetimeEvent> events = page.result().getEventsList();
        for (LifetimeEvent event : events) {
            // What there is no room for is not kept, but read again.
            if (isFull(watch)) {
                return;
            }
            watch.send(event);
            if (isEnd(event)) {
                watch.close();
                watch.sink().end();
                return;
            }
        }
        if (!events.isEmpty()) {
            watch.heardAtNanos = System.nanoTime();
        }
        if (Watch.isWhole(events.size()) || watch.looksAgain) {
            look(watch);
        }
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
