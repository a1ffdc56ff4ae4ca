package io.ticktock.api.event;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProgressListeners;
import io.ticktock.bus.Registration;
import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeProgress;
import io.ticktock.proto.v1.ListEventsRequest;
import io.ticktock.proto.v1.ListEventsResponse;
import io.ticktock.proto.v1.WatchLifetimeRequest;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** The log of a lifetime, up to the event that ends it. A position is the seq of an event. */
final class LifetimeLog implements EventLog {

    /** Listeners may be many, so that what is read for one at a time is little. */
    private static final int PAGE_EVENTS = 100;

    private final Bus bus;
    private final ProgressListeners listeners;
    private final String tenantId;
    private final String lifetimeId;
    private final boolean deltas;
    private long lastSeq;

    LifetimeLog(Bus bus, ProgressListeners listeners, WatchLifetimeRequest request) {
        this.bus = bus;
        this.listeners = listeners;
        this.tenantId = request.getTenantId();
        this.lifetimeId = request.getLifetimeId();
        this.deltas = request.getDeltas();
        this.lastSeq = request.getAfterSeq();
    }

    @Override
    public String tenantId() {
        return tenantId;
    }

    /** The event that it goes on after must be there; from the start, the lifetime. */
    @Override
    public Future<Boolean> find() {
        if (lastSeq < 0) {
            return Future.failedFuture(noSuchPlace());
        }
        return read(Math.max(0, lastSeq - 1), 1).map(this::placed);
    }

    private boolean placed(ListEventsResponse found) {
        if (lastSeq == 0) {
            return false;
        }
        if (found.getEventsCount() == 0 || found.getEvents(0).getSeq() != lastSeq) {
            throw noSuchPlace();
        }
        return isEnd(found.getEvents(0));
    }

    private Failure noSuchPlace() {
        return new Failure(
                FailureCode.INVALID_ARGUMENT, "events can go on after one that there is, not after " + lastSeq);
    }

    @Override
    public Future<Page> next() {
        return read(lastSeq, PAGE_EVENTS).map(this::page);
    }

    private Page page(ListEventsResponse found) {
        List<Entry> entries = found.getEventsList().stream()
                .map(event -> new Entry(Long.toString(event.getSeq()), event))
                .toList();
        String position = entries.isEmpty()
                ? Long.toString(lastSeq)
                : entries.get(entries.size() - 1).position();
        return new Page(entries, position, entries.size() == PAGE_EVENTS);
    }

    private Future<ListEventsResponse> read(long afterSeq, int size) {
        return bus.request(
                Addresses.STATE_LIST_EVENTS,
                ListEventsRequest.newBuilder()
                        .setTenantId(tenantId)
                        .setLifetimeId(lifetimeId)
                        .setAfterSeq(afterSeq)
                        .setPageSize(size)
                        .build());
    }

    @Override
    public void advance(String position) {
        lastSeq = Long.parseLong(position);
    }

    @Override
    public Optional<String> position() {
        return Optional.empty();
    }

    @Override
    public boolean isEnd(LifetimeEvent event) {
        return event.hasCompleted() || event.hasFailed() || event.hasAborted();
    }

    @Override
    public boolean endsWhenCaughtUp() {
        return false;
    }

    @Override
    public Optional<Future<Registration>> hear(Runnable news) {
        return Optional.of(listeners.add(UUID.fromString(lifetimeId), progress -> {
            if (isNews(progress)) {
                news.run();
            }
        }));
    }

    @Override
    public Optional<Future<Registration>> hearDeltas(Consumer<ExecutionDelta> heard) {
        if (!deltas) {
            return Optional.empty();
        }
        return Optional.of(bus.subscribe(Addresses.EXECUTOR_DELTA.at(lifetimeId), delta -> {
            if (delta.getTenantId().equals(tenantId)) {
                heard.accept(delta);
            }
        }));
    }

    private boolean isNews(LifetimeProgress progress) {
        return progress.getTenantId().equals(tenantId)
                && progress.getEventsList().stream().anyMatch(event -> event.getSeq() > lastSeq);
    }
}
