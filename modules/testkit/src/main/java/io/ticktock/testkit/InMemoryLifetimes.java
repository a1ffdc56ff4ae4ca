package io.ticktock.testkit;

import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.*;
import io.ticktock.state.Fingerprints;
import io.ticktock.state.LifetimeIdentity;
import io.ticktock.state.Pages;
import io.ticktock.state.Refusal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The lifetimes of an {@link InMemoryStateStore}: how they began, their logs and their heads. Guarded by its store. */
final class InMemoryLifetimes {

    /** As PostgreSQL orders UUIDs: by their digits, which the sign of Java's longs does not. */
    static final Comparator<LifetimeIdentity> ORDER = Comparator.comparing(LifetimeIdentity::tenantId)
            .thenComparing(lifetime -> lifetime.lifetimeId().toString());

    private record IdempotencyKey(String tenantId, String key) {}

    private final TreeMap<LifetimeIdentity, AgentLifetime> heads = new TreeMap<>(ORDER);
    private final Map<LifetimeIdentity, TreeMap<Long, LifetimeEvent>> logs = new HashMap<>();
    /** Under which epoch each event was written. */
    private final Map<LifetimeIdentity, Map<Long, Long>> epochs = new HashMap<>();

    private final Map<LifetimeIdentity, CreateLifetimeRequest> starts = new HashMap<>();
    private final Map<IdempotencyKey, UUID> started = new HashMap<>();

    /** What answers a start that came before, with the same id or the same key. */
    Optional<CreateLifetimeResponse> earlier(LifetimeIdentity lifetime, CreateLifetimeRequest request) {
        UUID byKey = started.get(new IdempotencyKey(lifetime.tenantId(), request.getIdempotencyKey()));
        UUID earlier = byKey == null && heads.containsKey(lifetime) ? lifetime.lifetimeId() : byKey;
        return Optional.ofNullable(earlier).map(id -> repeated(lifetime, id, request));
    }

    private CreateLifetimeResponse repeated(LifetimeIdentity lifetime, UUID earlier, CreateLifetimeRequest request) {
        StartFingerprint fingerprint =
                starts.get(new LifetimeIdentity(lifetime.tenantId(), earlier)).getFingerprint();
        return created(earlier, isSameStart(lifetime, earlier, request.getDecision())).toBuilder()
                .addAllDifferingFields(Fingerprints.differing(fingerprint, request.getFingerprint()))
                .build();
    }

    private boolean isSameStart(LifetimeIdentity lifetime, UUID earlier, LifetimeDecision decision) {
        return earlier.equals(lifetime.lifetimeId())
                && decision.getEvents(0).equals(logs.get(lifetime).get(1L));
    }

    CreateLifetimeResponse begin(LifetimeIdentity lifetime, CreateLifetimeRequest request) {
        if (!request.getIdempotencyKey().isEmpty()) {
            started.put(new IdempotencyKey(lifetime.tenantId(), request.getIdempotencyKey()), lifetime.lifetimeId());
        }
        starts.put(lifetime, request);
        heads.put(lifetime, request.getDecision().getHead());
        append(lifetime, request.getDecision(), request.getFence().getEpoch());
        return created(lifetime.lifetimeId(), true);
    }

    private static CreateLifetimeResponse created(UUID lifetimeId, boolean created) {
        return CreateLifetimeResponse.newBuilder()
                .setLifetimeId(lifetimeId.toString())
                .setCreated(created)
                .build();
    }

    /** Whether the very same events are there; ALREADY_EXISTS when others are. */
    boolean isLogged(LifetimeIdentity lifetime, LifetimeDecision decision) {
        Map<Long, LifetimeEvent> log = log(lifetime);
        List<LifetimeEvent> there = decision.getEventsList().stream()
                .map(event -> log.get(event.getSeq()))
                .filter(Objects::nonNull)
                .toList();
        if (!there.isEmpty() && !there.equals(decision.getEventsList())) {
            throw Refusal.otherEvents(lifetime.lifetimeId());
        }
        return !there.isEmpty();
    }

    void append(LifetimeIdentity lifetime, LifetimeDecision decision, long epoch) {
        TreeMap<Long, LifetimeEvent> log = logs.computeIfAbsent(lifetime, none -> new TreeMap<>());
        Map<Long, Long> under = epochs.computeIfAbsent(lifetime, none -> new HashMap<>());
        decision.getEventsList().forEach(event -> {
            log.put(event.getSeq(), event);
            under.put(event.getSeq(), epoch);
        });
    }

    List<AgentLifetime> heads() {
        return List.copyOf(heads.values());
    }

    /** All rows, in the order of the lifetimes' ids. */
    List<History.Lifetime> rows() {
        return heads.entrySet().stream()
                .map(row -> new History.Lifetime(rowKey(row.getKey()), row.getValue()))
                .toList();
    }

    /** All logs, in the order of the lifetimes' ids. */
    List<History.Event> eventRows() {
        List<History.Event> rows = new ArrayList<>();
        heads.keySet()
                .forEach(lifetime -> log(lifetime)
                        .forEach((seq, event) -> rows.add(new History.Event(
                                rowKey(lifetime), seq, epochs.get(lifetime).get(seq), event))));
        return rows;
    }

    static History.Key rowKey(LifetimeIdentity lifetime) {
        return new History.Key(lifetime.tenantId(), lifetime.lifetimeId().toString());
    }

    NavigableMap<Long, LifetimeEvent> log(LifetimeIdentity lifetime) {
        return logs.getOrDefault(lifetime, new TreeMap<>());
    }

    /** Whether it is a later one than what was there. */
    boolean advance(LifetimeIdentity lifetime, AgentLifetime head) {
        AgentLifetime earlier = heads.get(lifetime);
        if (earlier == null || earlier.getLastSeq() > head.getLastSeq()) {
            return false;
        }
        heads.put(lifetime, head);
        return true;
    }

    boolean exists(LifetimeIdentity lifetime) {
        return heads.containsKey(lifetime);
    }

    boolean hasEnded(LifetimeIdentity lifetime) {
        return exists(lifetime) && hasEnded(heads.get(lifetime));
    }

    /** Empty when there is no such lifetime. */
    GraphReference graph(LifetimeIdentity lifetime) {
        return heads.getOrDefault(lifetime, AgentLifetime.getDefaultInstance()).getGraph();
    }

    List<String> lineage(LifetimeIdentity lifetime) {
        return starts.getOrDefault(lifetime, CreateLifetimeRequest.getDefaultInstance())
                .getLineageList();
    }

    /** Throws NOT_FOUND when there is no such lifetime. */
    AgentLifetime require(LifetimeIdentity lifetime) {
        return Optional.ofNullable(heads.get(lifetime)).orElseThrow(() -> Refusal.noLifetime(lifetime.lifetimeId()));
    }

    Payload input(LifetimeIdentity lifetime) {
        require(lifetime);
        return starts.get(lifetime).getInput();
    }

    GetLifetimeResponse get(GetLifetimeRequest request, InMemoryQuarantine quarantine) {
        LifetimeIdentity lifetime = LifetimeIdentity.of(request.getTenantId(), request.getLifetimeId());
        return GetLifetimeResponse.newBuilder()
                .setLifetime(quarantine.marked(require(lifetime)))
                .build();
    }

    GetInputResponse getInput(GetInputRequest request) {
        return GetInputResponse.newBuilder()
                .setInput(input(LifetimeIdentity.of(request.getTenantId(), request.getLifetimeId())))
                .build();
    }

    ListEventsResponse listEvents(ListEventsRequest request) {
        LifetimeIdentity lifetime = LifetimeIdentity.of(request.getTenantId(), request.getLifetimeId());
        int size = Pages.sizeOfEvents(request.getPageSize());
        require(lifetime);
        return ListEventsResponse.newBuilder()
                .addAllEvents(eventsAfter(lifetime, request.getAfterSeq(), size))
                .build();
    }

    List<LifetimeEvent> eventsAfter(LifetimeIdentity lifetime, long seq, int most) {
        return log(lifetime).tailMap(seq, false).values().stream().limit(most).toList();
    }

    ListLifetimesResponse list(ListLifetimesRequest request, InMemoryQuarantine quarantine) {
        return InMemoryLifetimeLists.page(request, heads, quarantine);
    }

    ListRunnableResponse listRunnable(ListRunnableRequest request, InMemoryQuarantine quarantine) {
        return InMemoryLifetimeLists.runnable(request, heads, quarantine);
    }

    ListHistoryResponse listHistory(ListHistoryRequest request) {
        return InMemoryHistory.page(request, heads, logs);
    }

    /** How many of a tenant have not ended, counted up to this many. */
    long running(String tenantId, long most) {
        return heads.entrySet().stream()
                .filter(head -> head.getKey().tenantId().equals(tenantId) && !hasEnded(head.getValue()))
                .limit(most)
                .count();
    }

    /** Heads and events. */
    long size() {
        return heads.size() + logs.values().stream().mapToLong(Map::size).sum();
    }

    static boolean hasEnded(AgentLifetime head) {
        return switch (head.getStatus()) {
            case LIFETIME_STATUS_COMPLETED, LIFETIME_STATUS_FAILED, LIFETIME_STATUS_ABORTED -> true;
            case LIFETIME_STATUS_UNSPECIFIED, LIFETIME_STATUS_RUNNING, LIFETIME_STATUS_PAUSED, UNRECOGNIZED -> false;
        };
    }

    static boolean isIn(Collection<Integer> shards, LifetimeIdentity lifetime) {
        return shards.contains(Shard.of(lifetime.lifetimeId()).number());
    }

    static LifetimeKey key(LifetimeIdentity lifetime) {
        return LifetimeKey.newBuilder()
                .setTenantId(lifetime.tenantId())
                .setLifetimeId(lifetime.lifetimeId().toString())
                .build();
    }
}
