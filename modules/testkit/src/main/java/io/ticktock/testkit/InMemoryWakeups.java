package io.ticktock.testkit;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeDecision;
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
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The signals and timers that wake lifetimes of an {@link InMemoryStateStore}. Guarded by its store. */
final class InMemoryWakeups {

    private final InstantSource clock;
    private final InMemoryLifetimes lifetimes;
    private final InMemoryStorage storage;
    private final InMemoryQuarantine quarantine;
    private final Map<LifetimeIdentity, Timestamp> timers = new TreeMap<>(InMemoryLifetimes.ORDER);
    private final Map<LifetimeIdentity, Map<String, Signal>> signals = new TreeMap<>(InMemoryLifetimes.ORDER);

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
        signals.computeIfAbsent(lifetime, none -> new LinkedHashMap<>()).putIfAbsent(signal.getSignalId(), signal);
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
        Map<String, Signal> inbox = inbox(lifetime);
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
                .forEach(signal -> rows.add(new History.PendingSignal(InMemoryLifetimes.rowKey(lifetime), signal))));
        return rows;
    }

    Collection<Signal> signals(LifetimeIdentity lifetime) {
        return inbox(lifetime).values();
    }

    private Map<String, Signal> inbox(LifetimeIdentity lifetime) {
        return signals.getOrDefault(lifetime, new LinkedHashMap<>());
    }

    ListDueResponse listDue(ListDueRequest request) {
        Set<LifetimeIdentity> due = new TreeSet<>(InMemoryLifetimes.ORDER);
        ListDueResponse.Builder response = ListDueResponse.newBuilder();
        addByTimers(request, due, response);
        addBySignals(request, due);
        due.stream()
                .filter(lifetime -> quarantine.reason(lifetime).isEmpty())
                .limit(InMemoryLifetimeLists.MOST_LISTED)
                .map(InMemoryLifetimes::key)
                .forEach(response::addLifetimes);
        return response.build();
    }

    private void addByTimers(ListDueRequest request, Set<LifetimeIdentity> due, ListDueResponse.Builder response) {
        Instant now = clock.instant();
        timers.entrySet().stream()
                .filter(timer -> InMemoryLifetimes.isIn(request.getShardsList(), timer.getKey()))
                .sorted(Comparator.comparing(timer -> ProtoTime.instant(timer.getValue())))
                .forEach(timer -> {
                    if (!ProtoTime.instant(timer.getValue()).isAfter(now)) {
                        due.add(timer.getKey());
                    } else if (!response.hasNextDueAt()) {
                        response.setNextDueAt(timer.getValue());
                    }
                });
    }

    /** A signal may come before its lifetime. */
    private void addBySignals(ListDueRequest request, Set<LifetimeIdentity> due) {
        signals.entrySet().stream()
                .filter(inbox -> !inbox.getValue().isEmpty() && lifetimes.exists(inbox.getKey()))
                .map(Map.Entry::getKey)
                .filter(lifetime -> InMemoryLifetimes.isIn(request.getShardsList(), lifetime))
                .forEach(due::add);
    }
}
