package io.ticktock.api.event;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.Completed;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeProgress;
import io.ticktock.proto.v1.ListEventsRequest;
import io.ticktock.proto.v1.ListEventsResponse;
import io.ticktock.proto.v1.ReadStreamRequest;
import io.ticktock.proto.v1.ReadStreamResponse;
import io.ticktock.proto.v1.StreamedEvent;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Logs of lifetimes of one tenant, as the data plane serves them. */
public final class FakeLog {

    public static final String TENANT = "default";

    /** Two lifetimes of one shard. */
    public static final String A = "01890a5d-ac96-774b-bcce-b302099a8040";

    public static final String B = "01890a5d-ac96-774b-bcce-b302099a8080";

    private static final int PAGE_EVENTS = 200;

    private final Bus bus;
    private final Map<String, List<LifetimeEvent>> logs = new ConcurrentHashMap<>();
    private final List<LifetimeEvent> stream = new ArrayList<>();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicBoolean away = new AtomicBoolean();

    public FakeLog(Bus bus) {
        this.bus = bus;
        Awaiting.result(bus.serve(Addresses.STATE_LIST_EVENTS, this::list));
        Awaiting.result(bus.serve(Addresses.STATE_READ_STREAM, this::read));
    }

    /** The stream is all that was appended; a position is how many came before. */
    private Future<ReadStreamResponse> read(ReadStreamRequest request) {
        reads.incrementAndGet();
        if (away.get()) {
            return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "away"));
        }
        synchronized (stream) {
            if (request.getPosition().isEmpty()) {
                return Future.succeededFuture(ReadStreamResponse.newBuilder()
                        .setPosition("p" + stream.size())
                        .build());
            }
            if (!request.getPosition().startsWith("p")) {
                return Future.failedFuture(new Failure(FailureCode.INVALID_ARGUMENT, "no position"));
            }
            int from = Integer.parseInt(request.getPosition().substring(1));
            int to = Math.min(stream.size(), from + request.getPageSize());
            ReadStreamResponse.Builder page =
                    ReadStreamResponse.newBuilder().setPosition("p" + to).setMore(to < stream.size());
            for (int i = from; i < to; i++) {
                if (request.getTypesList().isEmpty() || stream.get(i).hasCompleted()) {
                    page.addEvents(StreamedEvent.newBuilder()
                            .setPosition("p" + (i + 1))
                            .setEvent(stream.get(i)));
                }
            }
            return Future.succeededFuture(page.build());
        }
    }

    private Future<ListEventsResponse> list(ListEventsRequest request) {
        reads.incrementAndGet();
        if (away.get()) {
            return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "away"));
        }
        List<LifetimeEvent> log = logs.get(request.getLifetimeId());
        if (log == null || !request.getTenantId().equals(TENANT)) {
            return Future.failedFuture(new Failure(FailureCode.NOT_FOUND, "there is no such lifetime"));
        }
        int size = request.getPageSize() == 0 ? PAGE_EVENTS : request.getPageSize();
        synchronized (log) {
            return Future.succeededFuture(ListEventsResponse.newBuilder()
                    .addAllEvents(log.stream()
                            .filter(event -> event.getSeq() > request.getAfterSeq())
                            .limit(size)
                            .toList())
                    .build());
        }
    }

    public void start(String lifetimeId) {
        logs.put(lifetimeId, new ArrayList<>());
    }

    /** Appends without a word to anybody. */
    public LifetimeEvent append(String lifetimeId, LifetimeEvent.Builder event) {
        List<LifetimeEvent> log = logs.get(lifetimeId);
        synchronized (log) {
            LifetimeEvent appended = event.setTenantId(TENANT)
                    .setLifetimeId(lifetimeId)
                    .setSeq(log.size() + 1)
                    .build();
            log.add(appended);
            synchronized (stream) {
                stream.add(appended);
            }
            return appended;
        }
    }

    public void appendMany(String lifetimeId, int count) {
        for (int i = 0; i < count; i++) {
            append(lifetimeId, accepted("e" + i));
        }
    }

    /** Appends and tells. */
    public void tell(String lifetimeId, LifetimeEvent.Builder event) {
        bus.publish(
                Addresses.CONTROL_PROGRESS.at(Shard.of(lifetimeId)),
                LifetimeProgress.newBuilder()
                        .setTenantId(TENANT)
                        .setLifetimeId(lifetimeId)
                        .addEvents(append(lifetimeId, event))
                        .build());
    }

    public static LifetimeEvent.Builder accepted(String execId) {
        return LifetimeEvent.newBuilder().setAccepted(Accepted.newBuilder().setExecId(execId));
    }

    public static LifetimeEvent.Builder completed() {
        return LifetimeEvent.newBuilder().setCompleted(Completed.getDefaultInstance());
    }

    int reads() {
        return reads.get();
    }

    void setAway(boolean isAway) {
        away.set(isAway);
    }
}
