package io.ticktock.testkit;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.ticktock.bus.ProtoTotals;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.*;
import io.ticktock.state.BlobUris;
import io.ticktock.state.Checks;
import io.ticktock.state.Fingerprints;
import io.ticktock.state.LifetimeIdentity;
import io.ticktock.state.LifetimeList;
import io.ticktock.state.Outputs;
import io.ticktock.state.Pages;
import io.ticktock.state.RecordKey;
import io.ticktock.state.Recorded;
import io.ticktock.state.References;
import io.ticktock.state.Refusal;
import io.ticktock.state.StateStore;
import io.ticktock.state.UsageRepository;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/** A store that forgets everything with its process: as {@link StateStore} says, without a database. */
public final class InMemoryStateStore implements StateStore {

    private static final int LOADED_EVENTS = 1_000;
    private static final int MOST_LISTED = 1_000;

    /** As PostgreSQL orders UUIDs: by their digits, which the sign of Java's longs does not. */
    private static final Comparator<LifetimeIdentity> ORDER = Comparator.comparing(LifetimeIdentity::tenantId)
            .thenComparing(lifetime -> lifetime.lifetimeId().toString());

    private record IdempotencyKey(String tenantId, String key) {}

    private record BlobKey(String tenantId, String uri) {}

    private final Clock clock;
    private final InMemoryShards shards;
    private final InMemoryStream stream = new InMemoryStream();
    private final InMemoryGraphs graphs = new InMemoryGraphs();
    private final Map<String, ByteString> policySets = new HashMap<>();
    private final Map<RecordKey, TaskExecution> tasks = new HashMap<>();
    private final Map<RecordKey, PlanExecution> plans = new HashMap<>();
    private final Map<LifetimeIdentity, List<ExecutionReference>> recorded = new HashMap<>();
    private final Map<RecordKey, Instant> recordedAt = new HashMap<>();
    private final TreeMap<LifetimeIdentity, AgentLifetime> heads = new TreeMap<>(ORDER);
    private final Map<LifetimeIdentity, Payload> inputs = new HashMap<>();
    private final Map<LifetimeIdentity, StartFingerprint> fingerprints = new HashMap<>();
    private final Map<LifetimeIdentity, List<String>> lineages = new HashMap<>();
    private final Map<IdempotencyKey, UUID> started = new HashMap<>();
    private final Map<LifetimeIdentity, TreeMap<Long, LifetimeEvent>> logs = new HashMap<>();
    private final Map<LifetimeIdentity, Timestamp> timers = new TreeMap<>(ORDER);
    private final Map<LifetimeIdentity, Map<String, Signal>> signals = new TreeMap<>(ORDER);
    private final InMemoryHumanTasks humanTasks;
    private final InMemoryWaitingWork waitingWork = new InMemoryWaitingWork();
    private final InMemorySpend spend;
    private final Set<BlobKey> blobs = new HashSet<>();
    private final InMemoryBudgets budgets = new InMemoryBudgets();
    private final Map<String, Long> storedBytes = new HashMap<>();
    private final InMemoryTenants tenants;
    private final InMemoryAudit audit = new InMemoryAudit();
    private long commits;

    public InMemoryStateStore() {
        this(Clock.systemUTC());
    }

    /** With the clock that leases and timers go by. */
    public InMemoryStateStore(Clock clock) {
        this.clock = clock;
        this.shards = new InMemoryShards(clock);
        this.humanTasks = new InMemoryHumanTasks(clock);
        this.spend = new InMemorySpend(clock);
        this.tenants = new InMemoryTenants(clock);
    }

    @Override
    public Future<RegisterGraphResponse> registerGraph(RegisterGraphRequest request) {
        return answer(request, graphs::register);
    }

    @Override
    public Future<GetGraphResponse> getGraph(GetGraphRequest request) {
        return answer(request, graphs::get);
    }

    @Override
    public Future<ListGraphsResponse> listGraphs(ListGraphsRequest request) {
        return answer(request, graphs::list);
    }

    @Override
    public Future<ListGraphVersionsResponse> listGraphVersions(ListGraphVersionsRequest request) {
        return answer(request, graphs::listVersions);
    }

    @Override
    public Future<RegisterPolicySetResponse> registerPolicySet(RegisterPolicySetRequest request) {
        return answer(request, asked -> {
            Checks.policySet(asked);
            return RegisterPolicySetResponse.newBuilder()
                    .setCreated(policySets.putIfAbsent(asked.getDigest(), asked.getContent()) == null)
                    .build();
        });
    }

    @Override
    public Future<GetPolicySetResponse> getPolicySet(GetPolicySetRequest request) {
        return answer(
                request,
                asked -> Optional.ofNullable(policySets.get(asked.getDigest()))
                        .map(content -> GetPolicySetResponse.newBuilder()
                                .setContent(content)
                                .build())
                        .orElseThrow(() -> Refusal.noPolicySet(asked.getDigest())));
    }

    @Override
    public Future<Recorded<TaskExecution>> appendTask(TaskExecution execution) {
        return answer(execution, appended -> {
            RecordKey key = RecordKey.of(appended.getHeaders());
            refer(key.tenantId(), BlobUris.of(appended));
            count(key.tenantId(), appended.getSerializedSize());
            return append(tasks, key, appended, References::to);
        });
    }

    @Override
    public Future<Recorded<PlanExecution>> appendPlan(PlanExecution execution) {
        return answer(execution, appended -> {
            RecordKey key = RecordKey.of(appended.getHeaders());
            refer(key.tenantId(), BlobUris.of(appended));
            count(key.tenantId(), appended.getSerializedSize());
            return append(plans, key, appended, References::to);
        });
    }

    private <E extends Message> Recorded<E> append(
            Map<RecordKey, E> records, RecordKey key, E appended, Function<E, ExecutionReference> reference) {
        E first = records.putIfAbsent(key, appended);
        if (first == null) {
            ExecutionReference made = reference.apply(appended);
            recordedAt.put(key, clock.instant());
            recorded.computeIfAbsent(new LifetimeIdentity(key.tenantId(), key.lifetimeId()), none -> new ArrayList<>())
                    .add(made);
            spend.add(key, made);
            return new Recorded<>(appended, AppendOutcome.APPEND_OUTCOME_RECORDED);
        }
        return new Recorded<>(
                first,
                first.equals(appended)
                        ? AppendOutcome.APPEND_OUTCOME_RECORDED
                        : AppendOutcome.APPEND_OUTCOME_SUPERSEDED);
    }

    @Override
    public Future<FindExecutionsResponse> findExecutions(FindExecutionsRequest request) {
        return answer(request, asked -> {
            Checks.atMost("keys", asked.getKeysCount());
            FindExecutionsResponse.Builder found = FindExecutionsResponse.newBuilder();
            for (ExecutionKey each : asked.getKeysList()) {
                RecordKey key = new RecordKey(
                        Checks.tenant(each.getTenantId()),
                        Checks.lifetime(each.getLifetimeId()),
                        Checks.execution(each.getExecId()));
                if (!asked.getTenantId().isEmpty() && !asked.getTenantId().equals(each.getTenantId())) {
                    continue;
                }
                Optional.ofNullable(tasks.get(key)).map(References::to).ifPresent(found::addExecutions);
                Optional.ofNullable(plans.get(key)).map(References::to).ifPresent(found::addExecutions);
            }
            return found.build();
        });
    }

    @Override
    public Future<GetExecutionsResponse> getExecutions(GetExecutionsRequest request) {
        return answer(request, asked -> {
            Checks.atMost("exec_ids", asked.getTaskExecIdsCount() + asked.getPlanExecIdsCount());
            LifetimeIdentity lifetime = LifetimeIdentity.of(asked.getTenantId(), asked.getLifetimeId());
            return GetExecutionsResponse.newBuilder()
                    .addAllTasks(found(tasks, lifetime, asked.getTaskExecIdsList()))
                    .addAllPlans(found(plans, lifetime, asked.getPlanExecIdsList()))
                    .build();
        });
    }

    private <E> List<E> found(Map<RecordKey, E> records, LifetimeIdentity lifetime, List<String> execIds) {
        return execIds.stream()
                .map(id -> find(records, lifetime, Checks.execution(id)))
                .filter(Objects::nonNull)
                .toList();
    }

    /** Of the lifetime itself, or of what it is a fork of; null when there is none. */
    private <E> E find(Map<RecordKey, E> records, LifetimeIdentity lifetime, UUID execId) {
        E own = records.get(new RecordKey(lifetime.tenantId(), lifetime.lifetimeId(), execId));
        if (own != null) {
            return own;
        }
        return lineages.getOrDefault(lifetime, List.of()).stream()
                .map(ancestor -> records.get(new RecordKey(lifetime.tenantId(), UUID.fromString(ancestor), execId)))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    @Override
    public Future<CreateLifetimeResponse> createLifetime(CreateLifetimeRequest request) {
        return answer(request, asked -> {
            LifetimeDecision decision = asked.getDecision();
            LifetimeIdentity lifetime = LifetimeIdentity.of(decision.getTenantId(), decision.getLifetimeId());
            Checks.start(decision);
            Checks.lineage(asked.getLineageList());
            shards.require(asked.getFence());
            UUID earlier = earlier(lifetime, asked.getIdempotencyKey());
            if (earlier != null) {
                return created(earlier, isSameStart(lifetime, earlier, decision)).toBuilder()
                        .addAllDifferingFields(Fingerprints.differing(
                                fingerprints.get(new LifetimeIdentity(lifetime.tenantId(), earlier)),
                                asked.getFingerprint()))
                        .build();
            }
            budgets.charge(lifetime.tenantId(), decision.getChargesList());
            if (!asked.getIdempotencyKey().isEmpty()) {
                started.put(new IdempotencyKey(lifetime.tenantId(), asked.getIdempotencyKey()), lifetime.lifetimeId());
            }
            inputs.put(lifetime, asked.getInput());
            fingerprints.put(lifetime, asked.getFingerprint());
            lineages.put(lifetime, asked.getLineageList());
            refer(lifetime.tenantId(), BlobUris.of(asked.getInput()));
            heads.put(lifetime, decision.getHead());
            log(lifetime, decision);
            count(lifetime.tenantId(), asked.getSerializedSize());
            return created(lifetime.lifetimeId(), true);
        });
    }

    private UUID earlier(LifetimeIdentity lifetime, String idempotencyKey) {
        UUID byKey = started.get(new IdempotencyKey(lifetime.tenantId(), idempotencyKey));
        return byKey == null && heads.containsKey(lifetime) ? lifetime.lifetimeId() : byKey;
    }

    private boolean isSameStart(LifetimeIdentity lifetime, UUID earlier, LifetimeDecision decision) {
        return earlier.equals(lifetime.lifetimeId())
                && decision.getEvents(0).equals(logs.get(lifetime).get(1L));
    }

    private static CreateLifetimeResponse created(UUID lifetimeId, boolean created) {
        return CreateLifetimeResponse.newBuilder()
                .setLifetimeId(lifetimeId.toString())
                .setCreated(created)
                .build();
    }

    @Override
    public Future<AppendDecisionResponse> appendDecision(AppendDecisionRequest request) {
        return answer(request, asked -> {
            LifetimeDecision decision = asked.getDecision();
            LifetimeIdentity lifetime = LifetimeIdentity.of(decision.getTenantId(), decision.getLifetimeId());
            shards.require(asked.getFence());
            if (!isLogged(lifetime, decision)) {
                budgets.charge(lifetime.tenantId(), decision.getChargesList());
                log(lifetime, decision);
                count(lifetime.tenantId(), decision.getSerializedSize());
                applyHead(lifetime, decision);
                applyQuestions(lifetime, decision);
                waitingWork.apply(lifetime, decision);
                Map<String, Signal> inbox = signals.getOrDefault(lifetime, new HashMap<>());
                decision.getConsumedSignalIdsList().forEach(inbox::remove);
                decision.getOutgoingSignalsList().forEach(this::deliver);
            }
            return AppendDecisionResponse.getDefaultInstance();
        });
    }

    /** Whether the very same events are there; ALREADY_EXISTS when others are. */
    private boolean isLogged(LifetimeIdentity lifetime, LifetimeDecision decision) {
        Map<Long, LifetimeEvent> log = logs.getOrDefault(lifetime, new TreeMap<>());
        List<LifetimeEvent> there = decision.getEventsList().stream()
                .map(event -> log.get(event.getSeq()))
                .filter(Objects::nonNull)
                .toList();
        if (!there.isEmpty() && !there.equals(decision.getEventsList())) {
            throw Refusal.otherEvents(lifetime.lifetimeId());
        }
        return !there.isEmpty();
    }

    private void log(LifetimeIdentity lifetime, LifetimeDecision decision) {
        TreeMap<Long, LifetimeEvent> log = logs.computeIfAbsent(lifetime, none -> new TreeMap<>());
        for (LifetimeEvent event : decision.getEventsList()) {
            log.put(event.getSeq(), event);
            refer(lifetime.tenantId(), BlobUris.of(event));
        }
        stream.add(lifetime.tenantId(), lifetime.lifetimeId(), decision.getEventsList());
    }

    private void applyHead(LifetimeIdentity lifetime, LifetimeDecision decision) {
        AgentLifetime head = decision.getHead();
        AgentLifetime earlier = heads.get(lifetime);
        if (!decision.hasHead() || earlier == null || earlier.getLastSeq() > head.getLastSeq()) {
            return;
        }
        heads.put(lifetime, head);
        timers.remove(lifetime);
        if (hasEnded(head)) {
            signals.remove(lifetime);
        } else if (head.getParked() && decision.hasWakeAt()) {
            timers.put(lifetime, decision.getWakeAt());
        }
    }

    private void applyQuestions(LifetimeIdentity lifetime, LifetimeDecision decision) {
        GraphReference graph =
                heads.getOrDefault(lifetime, AgentLifetime.getDefaultInstance()).getGraph();
        humanTasks.apply(lifetime, decision, graph, logs.get(lifetime)::get);
    }

    private void deliver(Signal signal) {
        LifetimeIdentity lifetime = LifetimeIdentity.of(signal.getTenantId(), signal.getLifetimeId());
        if (heads.containsKey(lifetime) && hasEnded(heads.get(lifetime))) {
            return;
        }
        refer(lifetime.tenantId(), BlobUris.of(signal));
        signals.computeIfAbsent(lifetime, none -> new LinkedHashMap<>()).putIfAbsent(signal.getSignalId(), signal);
    }

    @Override
    public Future<LoadLifetimeResponse> loadLifetime(LoadLifetimeRequest request) {
        return answer(request, asked -> {
            LifetimeIdentity lifetime = LifetimeIdentity.of(asked.getTenantId(), asked.getLifetimeId());
            List<LifetimeEvent> page = eventsAfter(lifetime, asked.getAfterSeq(), LOADED_EVENTS);
            return LoadLifetimeResponse.newBuilder()
                    .setLifetime(head(lifetime))
                    .addAllEvents(page)
                    .setMore(page.size() == LOADED_EVENTS)
                    .addAllSignals(signals.getOrDefault(lifetime, Map.of()).values())
                    .build();
        });
    }

    @Override
    public Future<GetInputResponse> getInput(GetInputRequest request) {
        return answer(request, asked -> {
            LifetimeIdentity lifetime = LifetimeIdentity.of(asked.getTenantId(), asked.getLifetimeId());
            head(lifetime);
            return GetInputResponse.newBuilder().setInput(inputs.get(lifetime)).build();
        });
    }

    @Override
    public Future<ExamineLifetimeResponse> examineLifetime(ExamineLifetimeRequest request) {
        return answer(request, asked -> {
            LifetimeIdentity lifetime = LifetimeIdentity.of(asked.getTenantId(), asked.getLifetimeId());
            Checks.atMost("exec_ids", asked.getExecIdsCount(), LOADED_EVENTS);
            ExamineLifetimeResponse.Builder response = ExamineLifetimeResponse.newBuilder();
            if (asked.getWithInput()) {
                head(lifetime);
                response.setInput(inputs.get(lifetime));
            }
            found(tasks, lifetime, asked.getExecIdsList())
                    .forEach(task -> response.addRecordsBuilder().setReference(References.to(task)));
            found(plans, lifetime, asked.getExecIdsList())
                    .forEach(plan -> response.addRecordsBuilder().setReference(References.to(plan)));
            return response.build();
        });
    }

    @Override
    public Future<SendSignalResponse> sendSignal(SendSignalRequest request) {
        return answer(request, asked -> {
            Signal signal = asked.getSignal();
            LifetimeIdentity lifetime = LifetimeIdentity.of(signal.getTenantId(), signal.getLifetimeId());
            if (heads.containsKey(lifetime) && hasEnded(heads.get(lifetime))) {
                throw Refusal.hasEnded(lifetime.lifetimeId());
            }
            deliver(signal);
            return SendSignalResponse.getDefaultInstance();
        });
    }

    @Override
    public Future<HoldShardsResponse> holdShards(HoldShardsRequest request) {
        return answer(request, asked -> {
            Checks.lease(asked);
            return shards.hold(asked);
        });
    }

    @Override
    public Future<ReleaseShardsResponse> releaseShards(ReleaseShardsRequest request) {
        return answer(request, asked -> {
            shards.release(asked.getOwnerId());
            return ReleaseShardsResponse.getDefaultInstance();
        });
    }

    @Override
    public Future<GrantBudgetResponse> grantBudget(GrantBudgetRequest request) {
        return answer(request, asked -> {
            Checks.grant(asked);
            return budgets.grant(asked);
        });
    }

    @Override
    public Future<ListBudgetSlicesResponse> listBudgetSlices(ListBudgetSlicesRequest request) {
        return answer(request, budgets::list);
    }

    @Override
    public Future<ListRunnableResponse> listRunnable(ListRunnableRequest request) {
        return answer(request, asked -> {
            Map<LifetimeIdentity, AgentLifetime> behind = asked.hasAfter()
                    ? heads.tailMap(
                            LifetimeIdentity.of(
                                    asked.getAfter().getTenantId(),
                                    asked.getAfter().getLifetimeId()),
                            false)
                    : heads;
            return ListRunnableResponse.newBuilder()
                    .addAllLifetimes(behind.entrySet().stream()
                            .filter(entry -> isRunnable(entry.getValue()))
                            .map(Map.Entry::getKey)
                            .filter(lifetime -> isIn(asked.getShardsList(), lifetime))
                            .limit(MOST_LISTED)
                            .map(InMemoryStateStore::key)
                            .toList())
                    .build();
        });
    }

    @Override
    public Future<ListDueResponse> listDue(ListDueRequest request) {
        return answer(request, asked -> {
            Instant now = clock.instant();
            Set<LifetimeIdentity> due = new TreeSet<>(ORDER);
            ListDueResponse.Builder response = ListDueResponse.newBuilder();
            timers.entrySet().stream()
                    .filter(timer -> isIn(asked.getShardsList(), timer.getKey()))
                    .sorted(Comparator.comparing(timer -> instant(timer.getValue())))
                    .forEach(timer -> {
                        if (!instant(timer.getValue()).isAfter(now)) {
                            due.add(timer.getKey());
                        } else if (!response.hasNextDueAt()) {
                            response.setNextDueAt(timer.getValue());
                        }
                    });
            signals.entrySet().stream()
                    .filter(inbox -> !inbox.getValue().isEmpty() && heads.containsKey(inbox.getKey()))
                    .map(Map.Entry::getKey)
                    .filter(lifetime -> isIn(asked.getShardsList(), lifetime))
                    .forEach(due::add);
            due.stream().limit(MOST_LISTED).map(InMemoryStateStore::key).forEach(response::addLifetimes);
            return response.build();
        });
    }

    @Override
    public Future<GetLifetimeResponse> getLifetime(GetLifetimeRequest request) {
        return answer(
                request,
                asked -> GetLifetimeResponse.newBuilder()
                        .setLifetime(head(LifetimeIdentity.of(asked.getTenantId(), asked.getLifetimeId())))
                        .build());
    }

    @Override
    public Future<ListLifetimesResponse> listLifetimes(ListLifetimesRequest request) {
        return answer(request, asked -> {
            LifetimeList list = LifetimeList.of(asked);
            String tenantId = asked.getTenantId();
            return list.page(
                    heads
                            .headMap(new LifetimeIdentity(tenantId, list.place()), false)
                            .descendingMap()
                            .entrySet()
                            .stream()
                            .filter(entry -> entry.getKey().tenantId().equals(tenantId))
                            .filter(entry -> isWithin(list, entry.getKey()))
                            .map(Map.Entry::getValue)
                            .filter(head -> matches(head, asked))
                            .limit(list.size())
                            .toList());
        });
    }

    private static boolean isWithin(LifetimeList list, LifetimeIdentity lifetime) {
        String id = lifetime.lifetimeId().toString();
        return id.compareTo(list.first().toString()) >= 0
                && id.compareTo(list.end().toString()) < 0;
    }

    private static boolean matches(AgentLifetime head, ListLifetimesRequest asked) {
        boolean isOfGraph = asked.getGraphName().isEmpty()
                || asked.getGraphName().equals(head.getGraph().getName());
        boolean hasStatus = asked.getStatus() == LifetimeStatus.LIFETIME_STATUS_UNSPECIFIED
                || asked.getStatus() == head.getStatus();
        return isOfGraph
                && hasStatus
                && head.getLabelsMap()
                        .entrySet()
                        .containsAll(asked.getLabelsMap().entrySet());
    }

    @Override
    public Future<ListExecutionsResponse> listExecutions(ListExecutionsRequest request) {
        return answer(request, asked -> {
            LifetimeIdentity lifetime = LifetimeIdentity.of(asked.getTenantId(), asked.getLifetimeId());
            int size = Pages.size(asked.getPageSize(), 50, 200);
            int place = place(asked.getPageToken());
            List<ExecutionReference> all = recorded.getOrDefault(lifetime, List.of());
            if (all.isEmpty()) {
                head(lifetime);
            }
            int from = Math.min(place, all.size());
            int to = Math.min(from + size, all.size());
            ListExecutionsResponse.Builder response =
                    ListExecutionsResponse.newBuilder().addAllExecutions(all.subList(from, to));
            if (to - from == size) {
                response.setNextPageToken(Integer.toString(to));
            }
            return response.build();
        });
    }

    private static int place(String token) {
        try {
            return token.isEmpty() ? 0 : Integer.parseUnsignedInt(token);
        } catch (NumberFormatException e) {
            throw Pages.badToken();
        }
    }

    @Override
    public Future<ListEventsResponse> listEvents(ListEventsRequest request) {
        return answer(request, asked -> {
            LifetimeIdentity lifetime = LifetimeIdentity.of(asked.getTenantId(), asked.getLifetimeId());
            int size = Pages.size(asked.getPageSize(), 200, 1_000);
            head(lifetime);
            return ListEventsResponse.newBuilder()
                    .addAllEvents(eventsAfter(lifetime, asked.getAfterSeq(), size))
                    .build();
        });
    }

    @Override
    public Future<ReadStreamResponse> readStream(ReadStreamRequest request) {
        return answer(
                request,
                asked -> stream.read(
                        asked,
                        id -> head(new LifetimeIdentity(asked.getTenantId(), id))
                                .getGraph()
                                .getName()));
    }

    @Override
    public Future<GetOutputResponse> getOutput(GetOutputRequest request) {
        return answer(request, asked -> {
            OutputReference output = asked.getOutput();
            LifetimeIdentity lifetime = LifetimeIdentity.of(asked.getTenantId(), output.getLifetimeId());
            UUID execId = Checks.execution(output.getExecId());
            return switch (output.getKind()) {
                case NODE_KIND_PLAN -> output(lifetime, require(plans, lifetime, execId), output.getChoice());
                case NODE_KIND_TASK, NODE_KIND_UNSPECIFIED, UNRECOGNIZED ->
                    Outputs.of(require(tasks, lifetime, execId));
            };
        });
    }

    @Override
    public Future<ListWaitingWorkResponse> listWaitingWork(ListWaitingWorkRequest request) {
        return answer(request, waitingWork::list);
    }

    @Override
    public Future<ClaimHumanTaskResponse> claimHumanTask(ClaimHumanTaskRequest request) {
        return answer(request, humanTasks::claim);
    }

    @Override
    public Future<ReleaseHumanTaskResponse> releaseHumanTask(ReleaseHumanTaskRequest request) {
        return answer(request, humanTasks::release);
    }

    @Override
    public Future<ListHumanTasksResponse> listHumanTasks(ListHumanTasksRequest request) {
        return answer(request, humanTasks::list);
    }

    @Override
    public Future<GetHumanTaskResponse> getHumanTask(GetHumanTaskRequest request) {
        return answer(request, humanTasks::get);
    }

    private GetOutputResponse output(LifetimeIdentity lifetime, PlanExecution execution, int choice) {
        return Outputs.of(execution, choice)
                .orElseGet(() -> Outputs.arrived(execution, found(tasks, lifetime, execution.getArrivedExecIdsList())));
    }

    private <E> E require(Map<RecordKey, E> records, LifetimeIdentity lifetime, UUID execId) {
        return Optional.ofNullable(find(records, lifetime, execId))
                .orElseThrow(() -> Refusal.noLifetime(lifetime.lifetimeId()));
    }

    @Override
    public Future<FindUnreferencedBlobsResponse> findUnreferencedBlobs(FindUnreferencedBlobsRequest request) {
        return answer(request, asked -> {
            Checks.atMost("uris", asked.getUrisCount());
            return FindUnreferencedBlobsResponse.newBuilder()
                    .addAllUris(asked.getUrisList().stream()
                            .filter(uri -> !blobs.contains(new BlobKey(BlobUris.tenantOf(uri), uri)))
                            .toList())
                    .build();
        });
    }

    /** Nothing is written later than it is recorded here, so that only what is not before now is recent. */
    @Override
    public Future<GetUsageResponse> getUsage(GetUsageRequest request) {
        return answer(request, asked -> {
            Checks.tenant(asked.getTenantId());
            Instant now = clock.instant();
            Instant until = asked.hasUntil() ? instant(asked.getUntil()) : Instant.MAX;
            Instant settledUntil = now.isBefore(until) ? now : until;
            List<ExecutionReference> settled = new ArrayList<>();
            List<ExecutionReference> recent = new ArrayList<>();
            recorded.forEach((lifetime, references) -> references.stream()
                    .filter(each -> lifetime.tenantId().equals(asked.getTenantId()))
                    .filter(each -> !timeOf(each).isBefore(instant(asked.getSince())))
                    .filter(each -> timeOf(each).isBefore(until))
                    .forEach(each -> (timeOf(each).isBefore(settledUntil) ? settled : recent).add(each)));
            return UsageRepository.response(
                    totals(settled),
                    settledUntil,
                    totals(recent),
                    recent.stream()
                            .map(each -> UUID.fromString(each.getHeaders().getExecId()))
                            .toArray(UUID[]::new));
        });
    }

    private Instant timeOf(ExecutionReference reference) {
        return recordedAt.get(RecordKey.of(reference.getHeaders()));
    }

    private static Totals totals(List<ExecutionReference> references) {
        Totals totals = Totals.getDefaultInstance();
        for (ExecutionReference reference : references) {
            totals = ProtoTotals.with(totals, reference.getTelemetry());
        }
        return totals;
    }

    @Override
    public Future<CreateTenantResponse> createTenant(CreateTenantRequest request) {
        return answer(request, tenants::create);
    }

    @Override
    public Future<GetTenantResponse> getTenant(GetTenantRequest request) {
        return answer(request, tenants::get);
    }

    @Override
    public Future<ListTenantsResponse> listTenants(ListTenantsRequest request) {
        return answer(request, tenants::list);
    }

    @Override
    public Future<UpdateTenantResponse> updateTenant(UpdateTenantRequest request) {
        return answer(request, tenants::update);
    }

    @Override
    public Future<GetQuotasResponse> getQuotas(GetQuotasRequest request) {
        return answer(request, asked -> {
            Quotas quotas = tenants.quotas(asked.getTenantId());
            long most = quotas.hasRunningLifetimes() ? quotas.getRunningLifetimes() : asked.getMostRunningLifetimes();
            return GetQuotasResponse.newBuilder()
                    .setQuotas(quotas)
                    .setRunningLifetimes(
                            asked.getMostRunningLifetimes() == 0 ? 0 : running(asked.getTenantId(), most + 1))
                    .setStoredBytes(storedBytes.getOrDefault(asked.getTenantId(), 0L))
                    .setMostStoredBytes(quotas.hasStoredBytes() ? quotas.getStoredBytes() : Long.MAX_VALUE)
                    .build();
        });
    }

    private long running(String tenantId, long most) {
        return heads.entrySet().stream()
                .filter(head -> head.getKey().tenantId().equals(tenantId) && !hasEnded(head.getValue()))
                .limit(most)
                .count();
    }

    @Override
    public Future<CreateApiKeyResponse> createApiKey(CreateApiKeyRequest request) {
        return answer(request, tenants::createKey);
    }

    @Override
    public Future<ListApiKeysResponse> listApiKeys(ListApiKeysRequest request) {
        return answer(request, tenants::listKeys);
    }

    @Override
    public Future<RevokeApiKeyResponse> revokeApiKey(RevokeApiKeyRequest request) {
        return answer(request, tenants::revokeKey);
    }

    @Override
    public Future<FindApiKeyResponse> findApiKey(FindApiKeyRequest request) {
        return answer(request, tenants::findKey);
    }

    @Override
    public Future<AppendAuditResponse> appendAudit(AppendAuditRequest request) {
        return answer(request, audit::append);
    }

    @Override
    public Future<ListAuditResponse> listAudit(ListAuditRequest request) {
        return answer(request, audit::list);
    }

    /** Counts every request as a commit. */
    @Override
    public Future<GetStatisticsResponse> getStatistics(GetStatisticsRequest request) {
        return answer(
                request,
                asked -> GetStatisticsResponse.newBuilder()
                        .setCommits(commits)
                        .setRows(Stream.of(tasks, plans, heads)
                                        .mapToLong(Map::size)
                                        .sum()
                                + logs.values().stream().mapToLong(Map::size).sum())
                        .build());
    }

    @Override
    public Future<GetSpendResponse> getSpend(GetSpendRequest request) {
        return answer(
                request,
                asked -> spend.get(
                        asked,
                        lifetime -> heads.getOrDefault(lifetime, AgentLifetime.getDefaultInstance())
                                .getGraph()));
    }

    @Override
    public Future<ListHistoryResponse> listHistory(ListHistoryRequest request) {
        return answer(request, asked -> InMemoryHistory.page(asked, heads, logs));
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }

    private <Q, R> Future<R> answer(Q request, Function<Q, R> operation) {
        return Future.succeededFuture(request).map(asked -> {
            synchronized (this) {
                R response = operation.apply(asked);
                commits++;
                return response;
            }
        });
    }

    private AgentLifetime head(LifetimeIdentity lifetime) {
        return Optional.ofNullable(heads.get(lifetime)).orElseThrow(() -> Refusal.noLifetime(lifetime.lifetimeId()));
    }

    private List<LifetimeEvent> eventsAfter(LifetimeIdentity lifetime, long seq, int most) {
        return logs.getOrDefault(lifetime, new TreeMap<>()).tailMap(seq, false).values().stream()
                .limit(most)
                .toList();
    }

    private void refer(String tenantId, Map<String, Long> uris) {
        uris.forEach((uri, sizeBytes) -> {
            if (blobs.add(new BlobKey(tenantId, uri))) {
                count(tenantId, sizeBytes);
            }
        });
    }

    private void count(String tenantId, long bytes) {
        storedBytes.merge(tenantId, bytes, Long::sum);
    }

    private static boolean isIn(Collection<Integer> shards, LifetimeIdentity lifetime) {
        return shards.contains(Shard.of(lifetime.lifetimeId()).number());
    }

    private static boolean isRunnable(AgentLifetime head) {
        return head.getStatus() == LifetimeStatus.LIFETIME_STATUS_RUNNING && !head.getParked();
    }

    private static boolean hasEnded(AgentLifetime head) {
        return switch (head.getStatus()) {
            case LIFETIME_STATUS_COMPLETED, LIFETIME_STATUS_FAILED, LIFETIME_STATUS_ABORTED -> true;
            case LIFETIME_STATUS_UNSPECIFIED, LIFETIME_STATUS_RUNNING, LIFETIME_STATUS_PAUSED, UNRECOGNIZED -> false;
        };
    }

    private static LifetimeKey key(LifetimeIdentity lifetime) {
        return LifetimeKey.newBuilder()
                .setTenantId(lifetime.tenantId())
                .setLifetimeId(lifetime.lifetimeId().toString())
                .build();
    }

    private static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }
}
