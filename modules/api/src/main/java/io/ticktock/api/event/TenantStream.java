package io.ticktock.api.event;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Registration;
import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.ReadStreamRequest;
import io.ticktock.proto.v1.ReadStreamResponse;
import io.ticktock.proto.v1.WatchEventsRequest;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Consumer;

/** The events of all lifetimes of a tenant, in the order in which they became durable. It has no end. */
final class TenantStream implements EventLog {

    private static final int PAGE_EVENTS = 200;

    private final Bus bus;
    private final WatchEventsRequest asked;
    private String position;

    TenantStream(Bus bus, WatchEventsRequest asked) {
        this.bus = bus;
        this.asked = asked;
        this.position = asked.getPosition();
    }

    @Override
    public String tenantId() {
        return asked.getTenantId();
    }

    @Override
    public Future<Boolean> find() {
        return read(1).map(found -> {
            if (position.isEmpty()) {
                position = found.getPosition();
            }
            return false;
        });
    }

    @Override
    public Future<Page> next() {
        return read(PAGE_EVENTS).map(TenantStream::page);
    }

    private static Page page(ReadStreamResponse read) {
        return new Page(
                read.getEventsList().stream()
                        .map(streamed -> new Entry(streamed.getPosition(), streamed.getEvent()))
                        .toList(),
                read.getPosition(),
                read.getMore());
    }

    private Future<ReadStreamResponse> read(int size) {
        return bus.request(
                Addresses.STATE_READ_STREAM,
                ReadStreamRequest.newBuilder()
                        .setTenantId(asked.getTenantId())
                        .setPosition(position)
                        .setGraphName(asked.getGraphName())
                        .addAllTypes(asked.getTypesList())
                        .setPageSize(size)
                        .build());
    }

    @Override
    public void advance(String to) {
        position = to;
    }

    @Override
    public Optional<String> position() {
        return Optional.of(position);
    }

    @Override
    public boolean isEnd(LifetimeEvent event) {
        return false;
    }

    @Override
    public boolean endsWhenCaughtUp() {
        return asked.getUntilNow();
    }

    /** It is looked from time to time: a word about every event would cost those whom nobody follows. */
    @Override
    public Optional<Future<Registration>> hear(Runnable news) {
        return Optional.empty();
    }

    @Override
    public Optional<Future<Registration>> hearDeltas(Consumer<ExecutionDelta> heard) {
        return Optional.empty();
    }
}
