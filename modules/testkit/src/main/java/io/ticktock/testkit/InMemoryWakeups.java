package io.ticktock.testkit;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.DuePosition;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.ListDueRequest;
import io.ticktock.proto.v1.ListDueResponse;
import io.ticktock.proto.v1.SendSignalRequest;
import io.ticktock.proto.v1.SendSignalResponse;
import io.ticktock.proto.v1.Signal;
import io.ticktock.state.BlobUris;
import io.ticktock.state.LifetimeIdentity;
import io.ticktock.state.Refusal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The signals and timers that wake lifetimes of an {@link InMemoryStateStore}. Guarded by its store. */
final class InMemoryWakeups {

    private static final int DUE_A_PAGE = 500;

    private final InstantSource clock;
    private final InMemoryLifetimes lifetimes;
    private final InMemoryStorage storage;
    private final InMemoryQuarantine quarantine;
    private final Map<LifetimeIdentity, Timestamp> timers = new TreeMap<>(InMemoryLifetimes.ORDER);
    private final Map<LifetimeIdentity, Map<String, Sent>> signals = new TreeMap<>(InMemoryLifetimes.ORDER);

    private record Sent(Signal signal, Instant at) {}

    /** Why a lifetime is to be looked at, by since when. */
    private record Due(Instant at, LifetimeIdentity lifetime) {

        static final Comparator<Due> ORDER =
                Comparator.comparing(Due::at).thenComparing(Due::lifetime, InMemoryLifetimes.ORDER);

        static Due of(DuePosition position) {
            LifetimeKey key = position.getLifetime();
            return new Due(
                    ProtoTime.instant(position.getDueAt()),
                    LifetimeIdentity.of(key.getTenantId(), key.getLifetimeId()));
        }

        DuePosition position() {
            return DuePosition.newBuilder()
                    .setDueAt(ProtoTime.timestamp(at))
                    .setLifetime(InMemoryLifetimes.key(lifetime))
                    .build();
        }
    }

    InMemoryWakeups(
            InstantSource clock, InMemoryLifetimes lifetimes, InMemoryStorage storage, InMemoryQuarantine quarantine) {
        this.clock = clock;
        this.lifetimes = lifetimes;
        this.storage = storage;
        this.quarantine = quarantine;
    }

    SendSignalResponse send(SendSignalRequest request) {
        Signal signal = request.getSignal();
        LifetimeIdentity lifetime = LifetimeIdentity.of(signal.getTenantId(), signal.getLifetimeId());
        if (lifetimes.hasEnded(lifetime)) {
            throw Refusal.hasEnded(lifetime.lifetimeId());
        }
        deliver(signal);
        return SendSignalResponse.getDefaultInstance();
    }

    private void deliver(Signal signal) {
        LifetimeIdentity lifetime = LifetimeIdentity.of(signal.getTenantId(), signal.getLifetimeId());
        if (lifetimes.hasEnded(lifetime)) {
            return;
        }
        storage.refer(lifetime.tenantId(), BlobUris.of(signal));
        signals.computeIfAbsent(lifetime, none -> new LinkedHashMap<>())
                .putIfAbsent(signal.getSignalId(), new Sent(signal, clock.instant()));
    }

    /** What ends waits for nothing more. */
    void follow(LifetimeIdentity lifetime, LifetimeDecision decision) {
        AgentLifetime head = decision.getHead();
        timers.remove(lifetime);
        if (InMemoryLifetimes.hasEnded(head)) {
            signals.remove(lifetime);
        } else if (head.getParked() && decision.hasWakeAt()) {
            timers.put(lifetime, decision.getWakeAt());
        }
    }

    void exchange(LifetimeIdentity lifetime, LifetimeDecision decision) {
        Map<String, Sent> inbox = inbox(lifetime);
        decision.getConsumedSignalIdsList().forEach(inbox::remove);
        decision.getOutgoingSignalsList().forEach(this::deliver);
    }

    /** All rows. */
    List<History.Timer> timerRows() {
        return timers.entrySet().stream()
                .map(row ->
                        new History.Timer(InMemoryLifetimes.rowKey(row.getKey()), ProtoTime.instant(row.getValue())))
                .toList();
    }

    /** All rows. */
    List<History.PendingSignal> signalRows() {
        List<History.PendingSignal> rows = new ArrayList<>();
        signals.forEach((lifetime, inbox) -> inbox.values()
                .forEach(sent ->
                        rows.add(new History.PendingSignal(InMemoryLifetimes.rowKey(lifetime), sent.signal()))));
        return rows;
    }

    List<Signal> signals(LifetimeIdentity lifetime) {
        return inbox(lifetime).values().stream().map(Sent::signal).toList();
    }

    private Map<String, Sent> inbox(LifetimeIdentity lifetime) {
        return signals.getOrDefault(lifetime, new LinkedHashMap<>());
    }

    ListDueResponse listDue(ListDueRequest request) {
        Instant now = clock.instant();
        Due after = request.hasAfter() ? Due.of(request.getAfter()) : null;
        List<Due> page = Stream.concat(
                        timersOf(request.getShardsList())
                                .filter(timer -> !timer.at().isAfter(now)),
                        signalsOf(request.getShardsList()))
                .filter(due -> quarantine.reason(due.lifetime()).isEmpty())
                .filter(due -> after == null || Due.ORDER.compare(due, after) > 0)
                .sorted(Due.ORDER)
                .limit(DUE_A_PAGE)
                .toList();
        ListDueResponse.Builder response = ListDueResponse.newBuilder();
        page.stream().map(Due::lifetime).distinct().map(InMemoryLifetimes::key).forEach(response::addLifetimes);
        if (page.size() == DUE_A_PAGE) {
            response.setNext(page.get(DUE_A_PAGE - 1).position());
        }
        timersOf(request.getShardsList())
                .map(Due::at)
                .filter(at -> at.isAfter(now))
                .min(Comparator.naturalOrder())
                .ifPresent(next -> response.setNextDueAt(ProtoTime.timestamp(next)));
        return response.build();
    }

    private Stream<Due> timersOf(List<Integer> shards) {
        return timers.entrySet().stream()
                .filter(timer -> InMemoryLifetimes.isIn(shards, timer.getKey()))
                .map(timer -> new Due(ProtoTime.instant(timer.getValue()), timer.getKey()));
    }

    /** A signal may come before its lifetime. */
    private Stream<Due> signalsOf(List<Integer> shards) {
        return signals.entrySet().stream()
                .filter(inbox -> InMemoryLifetimes.isIn(shards, inbox.getKey()) && lifetimes.exists(inbox.getKey()))
                .flatMap(inbox -> inbox.getValue().values().stream().map(sent -> new Due(sent.at(), inbox.getKey())));
    }
}
