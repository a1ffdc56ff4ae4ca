package io.ticktock.testkit;

import io.ticktock.proto.v1.*;
import io.ticktock.state.Checks;
import io.ticktock.state.LifetimeIdentity;
import io.ticktock.state.Recorded;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;

/** A store that forgets everything with its process: as {@link StateStore} says, without a database. */
public final class InMemoryStateStore implements StateStore {

    private static final int LOADED_EVENTS = 1_000;

    private final InMemoryShards shards;
    private final InMemoryGraphs graphs = new InMemoryGraphs();
    private final InMemoryPolicySets policySets = new InMemoryPolicySets();
    private final InMemoryStream stream = new InMemoryStream();
    private final InMemoryStorage storage = new InMemoryStorage();
    private final InMemoryLifetimes lifetimes = new InMemoryLifetimes();
    private final InMemoryRecords records;
    private final InMemoryWakeups wakeups;
    private final InMemoryHumanTasks humanTasks;
    private final InMemoryWaitingWork waitingWork = new InMemoryWaitingWork();
    private final InMemoryBudgets budgets = new InMemoryBudgets();
    private final InMemoryDecisions decisions;
    private final InMemoryQuarantine quarantine;
    private final InMemorySpend spend;
    private final InMemoryUsage usage;
    private final InMemoryTenants tenants;
    private final InMemoryWebhooks webhooks;
    private final InMemoryAudit audit = new InMemoryAudit();
    private long commits;

    public InMemoryStateStore() {
        this(InstantSource.system());
    }

    /** With the clock that leases and timers go by; it passes as others' monotonic clocks do. */
    public InMemoryStateStore(InstantSource clock) {
        this(clock, true);
    }

    /** With a clock that leaps. Owners are not told the time, which they would count on by their monotonic clocks. */
    public static InMemoryStateStore leaping(InstantSource clock) {
        return new InMemoryStateStore(clock, false);
    }

    private InMemoryStateStore(InstantSource clock, boolean tellsTime) {
        this.shards = new InMemoryShards(clock, tellsTime);
        this.spend = new InMemorySpend(clock);
        this.usage = new InMemoryUsage(clock);
        this.records = new InMemoryRecords(lifetimes, storage, spend, usage);
        this.quarantine = new InMemoryQuarantine(shards, lifetimes);
        this.wakeups = new InMemoryWakeups(clock, lifetimes, storage, quarantine);
        this.humanTasks = new InMemoryHumanTasks(clock);
        this.decisions =
                new InMemoryDecisions(shards, lifetimes, wakeups, humanTasks, waitingWork, budgets, storage, stream);
        this.tenants = new InMemoryTenants(clock);
        this.webhooks = new InMemoryWebhooks(clock, tenants, audit);
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
        return answer(request, policySets::register);
    }

    @Override
    public Future<GetPolicySetResponse> getPolicySet(GetPolicySetRequest request) {
        return answer(request, policySets::get);
    }

    @Override
    public Future<Recorded<TaskExecution>> appendTask(TaskExecution execution) {
        return answer(execution, records::appendTask);
    }

    @Override
    public Future<Recorded<PlanExecution>> appendPlan(PlanExecution execution) {
        return answer(execution, records::appendPlan);
    }

    @Override
    public Future<FindExecutionsResponse> findExecutions(FindExecutionsRequest request) {
        return answer(request, records::find);
    }

    @Override
    public Future<GetExecutionsResponse> getExecutions(GetExecutionsRequest request) {
        return answer(request, records::get);
    }

    @Override
    public Future<CreateLifetimeResponse> createLifetime(CreateLifetimeRequest request) {
        return answer(request, decisions::create);
    }

    @Override
    public Future<AppendDecisionResponse> appendDecision(AppendDecisionRequest request) {
        return answer(request, decisions::append);
    }

    @Override
    public Future<LoadLifetimeResponse> loadLifetime(LoadLifetimeRequest request) {
        return answer(request, asked -> {
            LifetimeIdentity lifetime = LifetimeIdentity.of(asked.getTenantId(), asked.getLifetimeId());
            List<LifetimeEvent> page = lifetimes.eventsAfter(lifetime, asked.getAfterSeq(), LOADED_EVENTS);
            return LoadLifetimeResponse.newBuilder()
                    .setLifetime(quarantine.marked(lifetimes.require(lifetime)))
                    .addAllEvents(page)
                    .setMore(page.size() == LOADED_EVENTS)
                    .addAllSignals(wakeups.signals(lifetime))
                    .build();
        });
    }

    @Override
    public Future<GetInputResponse> getInput(GetInputRequest request) {
        return answer(request, lifetimes::getInput);
    }

    @Override
    public Future<ExamineLifetimeResponse> examineLifetime(ExamineLifetimeRequest request) {
        return answer(request, asked -> {
            LifetimeIdentity lifetime = LifetimeIdentity.of(asked.getTenantId(), asked.getLifetimeId());
            Checks.atMost("exec_ids", asked.getExecIdsCount(), LOADED_EVENTS);
            ExamineLifetimeResponse.Builder response = ExamineLifetimeResponse.newBuilder();
            if (asked.getWithInput()) {
                response.setInput(lifetimes.input(lifetime));
            }
            records.references(lifetime, asked.getExecIdsList())
                    .forEach(reference -> response.addRecordsBuilder().setReference(reference));
            return response.build();
        });
    }

    @Override
    public Future<SendSignalResponse> sendSignal(SendSignalRequest request) {
        return answer(request, wakeups::send);
    }

    @Override
    public Future<HoldShardsResponse> holdShards(HoldShardsRequest request) {
        return answer(request, shards::hold);
    }

    @Override
    public Future<ReleaseShardsResponse> releaseShards(ReleaseShardsRequest request) {
        return answer(request, shards::release);
    }

    @Override
    public Future<GrantBudgetResponse> grantBudget(GrantBudgetRequest request) {
        return answer(request, budgets::grant);
    }

    @Override
    public Future<ListBudgetSlicesResponse> listBudgetSlices(ListBudgetSlicesRequest request) {
        return answer(request, budgets::list);
    }

    @Override
    public Future<ListRunnableResponse> listRunnable(ListRunnableRequest request) {
        return answer(request, asked -> lifetimes.listRunnable(asked, quarantine));
    }

    @Override
    public Future<ListDueResponse> listDue(ListDueRequest request) {
        return answer(request, wakeups::listDue);
    }

    @Override
    public Future<ListSuspectsResponse> listSuspects(ListSuspectsRequest request) {
        return answer(request, quarantine::suspects);
    }

    @Override
    public Future<NoteRecoveriesResponse> noteRecoveries(NoteRecoveriesRequest request) {
        return answer(request, quarantine::note);
    }

    @Override
    public Future<SetQuarantineResponse> setQuarantine(SetQuarantineRequest request) {
        return answer(request, quarantine::set);
    }

    @Override
    public Future<GetLifetimeResponse> getLifetime(GetLifetimeRequest request) {
        return answer(request, asked -> lifetimes.get(asked, quarantine));
    }

    @Override
    public Future<ListLifetimesResponse> listLifetimes(ListLifetimesRequest request) {
        return answer(request, asked -> lifetimes.list(asked, quarantine));
    }

    @Override
    public Future<ListExecutionsResponse> listExecutions(ListExecutionsRequest request) {
        return answer(request, records::list);
    }

    @Override
    public Future<ListEventsResponse> listEvents(ListEventsRequest request) {
        return answer(request, lifetimes::listEvents);
    }

    @Override
    public Future<ReadStreamResponse> readStream(ReadStreamRequest request) {
        return answer(
                request,
                asked -> stream.read(
                        asked,
                        id -> lifetimes
                                .require(new LifetimeIdentity(asked.getTenantId(), id))
                                .getGraph()
                                .getName()));
    }

    @Override
    public Future<GetOutputResponse> getOutput(GetOutputRequest request) {
        return answer(request, records::output);
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

    @Override
    public Future<FindUnreferencedBlobsResponse> findUnreferencedBlobs(FindUnreferencedBlobsRequest request) {
        return answer(request, storage::findUnreferenced);
    }

    @Override
    public Future<GetUsageResponse> getUsage(GetUsageRequest request) {
        return answer(request, usage::get);
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
                            asked.getMostRunningLifetimes() == 0 ? 0 : lifetimes.running(asked.getTenantId(), most + 1))
                    .setStoredBytes(storage.bytes(asked.getTenantId()))
                    .setMostStoredBytes(quotas.hasStoredBytes() ? quotas.getStoredBytes() : Long.MAX_VALUE)
                    .build();
        });
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
    public Future<CreateWebhookResponse> createWebhook(CreateWebhookRequest request) {
        return answer(request, webhooks::create);
    }

    @Override
    public Future<GetWebhookResponse> getWebhook(GetWebhookRequest request) {
        return answer(request, webhooks::get);
    }

    @Override
    public Future<ListWebhooksResponse> listWebhooks(ListWebhooksRequest request) {
        return answer(request, webhooks::list);
    }

    @Override
    public Future<UpdateWebhookResponse> updateWebhook(UpdateWebhookRequest request) {
        return answer(request, webhooks::update);
    }

    @Override
    public Future<DeleteWebhookResponse> deleteWebhook(DeleteWebhookRequest request) {
        return answer(request, webhooks::delete);
    }

    @Override
    public Future<RotateWebhookSecretResponse> rotateWebhookSecret(RotateWebhookSecretRequest request) {
        return answer(request, webhooks::rotate);
    }

    @Override
    public Future<AddDeliveryResponse> addDelivery(AddDeliveryRequest request) {
        return answer(request, webhooks::add);
    }

    @Override
    public Future<ListDeliveriesResponse> listDeliveries(ListDeliveriesRequest request) {
        return answer(request, webhooks::deliveries);
    }

    @Override
    public Future<RetryDeliveryResponse> retryDelivery(RetryDeliveryRequest request) {
        return answer(request, webhooks::retry);
    }

    @Override
    public Future<ClaimWebhooksResponse> claimWebhooks(ClaimWebhooksRequest request) {
        return answer(request, webhooks::claim);
    }

    @Override
    public Future<ListDueDeliveriesResponse> listDueDeliveries(ListDueDeliveriesRequest request) {
        return answer(request, webhooks::due);
    }

    @Override
    public Future<CommitDeliveriesResponse> commitDeliveries(CommitDeliveriesRequest request) {
        return answer(request, webhooks::commit);
    }

    @Override
    public Future<AppendAuditResponse> appendAudit(AppendAuditRequest request) {
        return answer(request, audit::append);
    }

    @Override
    public Future<ListAuditResponse> listAudit(ListAuditRequest request) {
        return answer(request, audit::list);
    }

    /** All rows that say what happened. */
    public synchronized History history() {
        return new History(lifetimes.rows(), lifetimes.eventRows(), records.rows()).withWaits(waits());
    }

    /** What lifetimes wait for. */
    public synchronized History.Waits waits() {
        return new History.Waits(wakeups.timerRows(), wakeups.signalRows(), humanTasks.rows(), waitingWork.rows());
    }

    /** The slices of all budgets. */
    public synchronized List<Evidence.Slice> slices() {
        return budgets.rows();
    }

    /** All head rows, in the order of their ids. */
    public synchronized List<AgentLifetime> heads() {
        return lifetimes.heads();
    }

    /** Counts every request as a commit. */
    @Override
    public Future<GetStatisticsResponse> getStatistics(GetStatisticsRequest request) {
        return answer(
                request,
                asked -> GetStatisticsResponse.newBuilder()
                        .setCommits(commits)
                        .setRows(records.size() + lifetimes.size())
                        .build());
    }

    @Override
    public Future<GetSpendResponse> getSpend(GetSpendRequest request) {
        return answer(request, asked -> spend.get(asked, lifetimes::graph));
    }

    @Override
    public Future<ListHistoryResponse> listHistory(ListHistoryRequest request) {
        return answer(request, lifetimes::listHistory);
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
}
