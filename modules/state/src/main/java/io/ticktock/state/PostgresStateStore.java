package io.ticktock.state;

import io.micrometer.core.instrument.MeterRegistry;
import io.ticktock.proto.v1.*;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** The tables of PostgreSQL as one store. */
public final class PostgresStateStore implements StateStore {

    private final Database database;
    private final GraphRepository graphs;
    private final PolicySetRepository policySets;
    private final ExecutionAppends appends;
    private final ExecutionRepository<TaskExecution> tasks;
    private final ExecutionRepository<PlanExecution> plans;
    private final ReferenceRepository references;
    private final ExaminationRepository examinations;
    private final OutputRepository outputs;
    private final StartRepository starts;
    private final DecisionRepository decisions;
    private final LifetimeRepository lifetimes;
    private final StreamRepository stream;
    private final SignalRepository signals;
    private final ShardRepository shards;
    private final QuarantineRepository quarantines;
    private final BlobReferenceRepository blobs;
    private final StoredBytes storedBytes;
    private final HumanTaskRepository humanTasks;
    private final WaitingWorkRepository waitingWork;
    private final UsageRepository usage;
    private final StatisticsRepository statistics;
    private final SpendRepository spend;
    private final BudgetRepository budgets;
    private final HistoryRepository history;
    private final TenantRepository tenants;
    private final ApiKeyRepository apiKeys;
    private final AuditRepository audit;
    private final WebhookRepository webhooks;
    private final DeliveryRepository deliveries;

    private PostgresStateStore(Vertx vertx, StateConfiguration configuration, StateMeters meters) {
        GroupCommit.Limits limits = configuration.limits(configuration.queueRows());
        RecentlyWritten<LifetimeIdentity, Payload> inputs = new RecentlyWritten<>(configuration.cacheBytes() / 4);
        this.database = new Database(vertx, configuration, meters);
        meters.watch(new OpenLifetimes(database, System::nanoTime));
        this.storedBytes = new StoredBytes(vertx, database);
        this.blobs = new BlobReferenceRepository(database, storedBytes);
        this.graphs = new GraphRepository(database);
        this.policySets = new PolicySetRepository(database);
        this.appends = new ExecutionAppends(vertx, database, limits, blobs, storedBytes, meters);
        this.tasks = new ExecutionRepository<>(
                RecordKind.TASK, database, appends, new RecentlyWritten<>(configuration.cacheBytes() / 2));
        this.plans = new ExecutionRepository<>(
                RecordKind.PLAN, database, appends, new RecentlyWritten<>(configuration.cacheBytes() / 4));
        this.references = new ReferenceRepository(database);
        this.examinations = new ExaminationRepository(database);
        this.outputs = new OutputRepository(database, tasks, plans);
        this.starts = new StartRepository(
                vertx, database, configuration.limits(configuration.queueStarts()), inputs, blobs, storedBytes, meters);
        this.decisions = new DecisionRepository(vertx, database, limits, blobs, storedBytes, meters);
        this.lifetimes = new LifetimeRepository(database, inputs);
        this.stream = new StreamRepository(database);
        this.signals = new SignalRepository(vertx, database, blobs);
        this.shards = new ShardRepository(database);
        this.quarantines = new QuarantineRepository(database);
        this.humanTasks = new HumanTaskRepository(database);
        this.waitingWork = new WaitingWorkRepository(database);
        this.usage = new UsageRepository(database, configuration.timeoutMs());
        this.statistics = new StatisticsRepository(database);
        this.spend = new SpendRepository(database);
        this.budgets = new BudgetRepository(database);
        this.history = new HistoryRepository(database);
        this.tenants = new TenantRepository(database, storedBytes, configuration.storedBytes());
        this.apiKeys = new ApiKeyRepository(database);
        this.audit = new AuditRepository(database);
        this.webhooks = new WebhookRepository(database);
        this.deliveries = new DeliveryRepository(database);
    }

    /**
     * Brings the schema up to date, and opens the store.
     *
     * @param meters where it counts what it does
     */
    public static Future<PostgresStateStore> open(Vertx vertx, StateConfiguration configuration, MeterRegistry meters) {
        return new Migrations(vertx, configuration.database())
                .run()
                .compose(applied -> EventOrder.settle(vertx, configuration.database()))
                .map(settled -> new PostgresStateStore(vertx, configuration, new StateMeters(meters)))
                .compose(PostgresStateStore::connect);
    }

    private Future<PostgresStateStore> connect() {
        return Future.join(appends.connect(), decisions.connect(), starts.connect())
                .map(this)
                .recover(cause -> close().transform(closed ->
                        Future.failedFuture(DatabaseFault.of(cause).toFailure())));
    }

    @Override
    public Future<RegisterGraphResponse> registerGraph(RegisterGraphRequest request) {
        return Future.succeededFuture(request).compose(graphs::register);
    }

    @Override
    public Future<GetGraphResponse> getGraph(GetGraphRequest request) {
        return Future.succeededFuture(request).compose(graphs::get);
    }

    @Override
    public Future<ListGraphsResponse> listGraphs(ListGraphsRequest request) {
        return Future.succeededFuture(request).compose(graphs::list);
    }

    @Override
    public Future<ListGraphVersionsResponse> listGraphVersions(ListGraphVersionsRequest request) {
        return Future.succeededFuture(request).compose(graphs::listVersions);
    }

    @Override
    public Future<RegisterPolicySetResponse> registerPolicySet(RegisterPolicySetRequest request) {
        return Future.succeededFuture(request).compose(policySets::register);
    }

    @Override
    public Future<GetPolicySetResponse> getPolicySet(GetPolicySetRequest request) {
        return Future.succeededFuture(request).compose(policySets::get);
    }

    @Override
    public Future<Recorded<TaskExecution>> appendTask(TaskExecution execution) {
        return Future.succeededFuture(execution).compose(tasks::append);
    }

    @Override
    public Future<Recorded<PlanExecution>> appendPlan(PlanExecution execution) {
        return Future.succeededFuture(execution).compose(plans::append);
    }

    @Override
    public Future<FindExecutionsResponse> findExecutions(FindExecutionsRequest request) {
        return Future.succeededFuture(request).compose(references::find);
    }

    @Override
    public Future<GetExecutionsResponse> getExecutions(GetExecutionsRequest request) {
        return Future.succeededFuture(request).compose(this::executions);
    }

    @Override
    public Future<CreateLifetimeResponse> createLifetime(CreateLifetimeRequest request) {
        return Future.succeededFuture(request).compose(starts::create);
    }

    @Override
    public Future<AppendDecisionResponse> appendDecision(AppendDecisionRequest request) {
        return Future.succeededFuture(request).compose(decisions::append);
    }

    @Override
    public Future<LoadLifetimeResponse> loadLifetime(LoadLifetimeRequest request) {
        return Future.succeededFuture(request).compose(lifetimes::load);
    }

    @Override
    public Future<GetInputResponse> getInput(GetInputRequest request) {
        return Future.succeededFuture(request).compose(lifetimes::input);
    }

    @Override
    public Future<ExamineLifetimeResponse> examineLifetime(ExamineLifetimeRequest request) {
        return Future.succeededFuture(request).compose(examinations::examine);
    }

    @Override
    public Future<SendSignalResponse> sendSignal(SendSignalRequest request) {
        return Future.succeededFuture(request).compose(signals::send);
    }

    @Override
    public Future<HoldShardsResponse> holdShards(HoldShardsRequest request) {
        return Future.succeededFuture(request).compose(shards::hold);
    }

    @Override
    public Future<ReleaseShardsResponse> releaseShards(ReleaseShardsRequest request) {
        return Future.succeededFuture(request).compose(shards::release);
    }

    @Override
    public Future<ListRunnableResponse> listRunnable(ListRunnableRequest request) {
        return Future.succeededFuture(request).compose(lifetimes::listRunnable);
    }

    @Override
    public Future<ListDueResponse> listDue(ListDueRequest request) {
        return Future.succeededFuture(request).compose(lifetimes::listDue);
    }

    @Override
    public Future<ListSuspectsResponse> listSuspects(ListSuspectsRequest request) {
        return Future.succeededFuture(request).compose(quarantines::suspects);
    }

    @Override
    public Future<NoteRecoveriesResponse> noteRecoveries(NoteRecoveriesRequest request) {
        return Future.succeededFuture(request).compose(quarantines::note);
    }

    @Override
    public Future<SetQuarantineResponse> setQuarantine(SetQuarantineRequest request) {
        return Future.succeededFuture(request).compose(quarantines::set);
    }

    @Override
    public Future<GrantBudgetResponse> grantBudget(GrantBudgetRequest request) {
        return Future.succeededFuture(request).compose(budgets::grant);
    }

    @Override
    public Future<ListBudgetSlicesResponse> listBudgetSlices(ListBudgetSlicesRequest request) {
        return Future.succeededFuture(request).compose(budgets::list);
    }

    @Override
    public Future<GetLifetimeResponse> getLifetime(GetLifetimeRequest request) {
        return Future.succeededFuture(request).compose(lifetimes::get);
    }

    @Override
    public Future<ListLifetimesResponse> listLifetimes(ListLifetimesRequest request) {
        return Future.succeededFuture(request).compose(lifetimes::list);
    }

    @Override
    public Future<ListExecutionsResponse> listExecutions(ListExecutionsRequest request) {
        return Future.succeededFuture(request).compose(references::list);
    }

    @Override
    public Future<ListEventsResponse> listEvents(ListEventsRequest request) {
        return Future.succeededFuture(request).compose(lifetimes::listEvents);
    }

    @Override
    public Future<ReadStreamResponse> readStream(ReadStreamRequest request) {
        return Future.succeededFuture(request).compose(stream::read);
    }

    @Override
    public Future<GetOutputResponse> getOutput(GetOutputRequest request) {
        return Future.succeededFuture(request).compose(outputs::get);
    }

    @Override
    public Future<ListWaitingWorkResponse> listWaitingWork(ListWaitingWorkRequest request) {
        return Future.succeededFuture(request).compose(waitingWork::list);
    }

    @Override
    public Future<ClaimHumanTaskResponse> claimHumanTask(ClaimHumanTaskRequest request) {
        return Future.succeededFuture(request).compose(humanTasks::claim);
    }

    @Override
    public Future<ReleaseHumanTaskResponse> releaseHumanTask(ReleaseHumanTaskRequest request) {
        return Future.succeededFuture(request).compose(humanTasks::release);
    }

    @Override
    public Future<ListHumanTasksResponse> listHumanTasks(ListHumanTasksRequest request) {
        return Future.succeededFuture(request).compose(humanTasks::list);
    }

    @Override
    public Future<GetHumanTaskResponse> getHumanTask(GetHumanTaskRequest request) {
        return Future.succeededFuture(request).compose(humanTasks::get);
    }

    @Override
    public Future<FindUnreferencedBlobsResponse> findUnreferencedBlobs(FindUnreferencedBlobsRequest request) {
        return Future.succeededFuture(request).compose(blobs::findUnreferenced);
    }

    @Override
    public Future<CreateWebhookResponse> createWebhook(CreateWebhookRequest request) {
        return Future.succeededFuture(request).compose(webhooks::create);
    }

    @Override
    public Future<GetWebhookResponse> getWebhook(GetWebhookRequest request) {
        return Future.succeededFuture(request).compose(webhooks::get);
    }

    @Override
    public Future<ListWebhooksResponse> listWebhooks(ListWebhooksRequest request) {
        return Future.succeededFuture(request).compose(webhooks::list);
    }

    @Override
    public Future<UpdateWebhookResponse> updateWebhook(UpdateWebhookRequest request) {
        return Future.succeededFuture(request).compose(webhooks::update);
    }

    @Override
    public Future<DeleteWebhookResponse> deleteWebhook(DeleteWebhookRequest request) {
        return Future.succeededFuture(request).compose(webhooks::delete);
    }

    @Override
    public Future<RotateWebhookSecretResponse> rotateWebhookSecret(RotateWebhookSecretRequest request) {
        return Future.succeededFuture(request).compose(webhooks::rotate);
    }

    @Override
    public Future<AddDeliveryResponse> addDelivery(AddDeliveryRequest request) {
        return Future.succeededFuture(request).compose(deliveries::add);
    }

    @Override
    public Future<ListDeliveriesResponse> listDeliveries(ListDeliveriesRequest request) {
        return Future.succeededFuture(request).compose(deliveries::list);
    }

    @Override
    public Future<RetryDeliveryResponse> retryDelivery(RetryDeliveryRequest request) {
        return Future.succeededFuture(request).compose(deliveries::retry);
    }

    @Override
    public Future<ClaimWebhooksResponse> claimWebhooks(ClaimWebhooksRequest request) {
        return Future.succeededFuture(request).compose(webhooks::claim);
    }

    @Override
    public Future<ListDueDeliveriesResponse> listDueDeliveries(ListDueDeliveriesRequest request) {
        return Future.succeededFuture(request).compose(deliveries::due);
    }

    @Override
    public Future<CommitDeliveriesResponse> commitDeliveries(CommitDeliveriesRequest request) {
        return Future.succeededFuture(request).compose(deliveries::commit);
    }

    @Override
    public Future<GetUsageResponse> getUsage(GetUsageRequest request) {
        return Future.succeededFuture(request).compose(usage::get);
    }

    @Override
    public Future<CreateTenantResponse> createTenant(CreateTenantRequest request) {
        return Future.succeededFuture(request).compose(tenants::create);
    }

    @Override
    public Future<GetTenantResponse> getTenant(GetTenantRequest request) {
        return Future.succeededFuture(request).compose(tenants::get);
    }

    @Override
    public Future<ListTenantsResponse> listTenants(ListTenantsRequest request) {
        return Future.succeededFuture(request).compose(tenants::list);
    }

    @Override
    public Future<UpdateTenantResponse> updateTenant(UpdateTenantRequest request) {
        return Future.succeededFuture(request).compose(tenants::update);
    }

    @Override
    public Future<GetQuotasResponse> getQuotas(GetQuotasRequest request) {
        return Future.succeededFuture(request).compose(tenants::quotas);
    }

    @Override
    public Future<CreateApiKeyResponse> createApiKey(CreateApiKeyRequest request) {
        return Future.succeededFuture(request).compose(apiKeys::create);
    }

    @Override
    public Future<ListApiKeysResponse> listApiKeys(ListApiKeysRequest request) {
        return Future.succeededFuture(request).compose(apiKeys::list);
    }

    @Override
    public Future<RevokeApiKeyResponse> revokeApiKey(RevokeApiKeyRequest request) {
        return Future.succeededFuture(request).compose(apiKeys::revoke);
    }

    @Override
    public Future<FindApiKeyResponse> findApiKey(FindApiKeyRequest request) {
        return Future.succeededFuture(request).compose(apiKeys::find);
    }

    @Override
    public Future<AppendAuditResponse> appendAudit(AppendAuditRequest request) {
        return Future.succeededFuture(request).compose(audit::append);
    }

    @Override
    public Future<ListAuditResponse> listAudit(ListAuditRequest request) {
        return Future.succeededFuture(request).compose(audit::list);
    }

    @Override
    public Future<GetStatisticsResponse> getStatistics(GetStatisticsRequest request) {
        return statistics.get();
    }

    @Override
    public Future<GetSpendResponse> getSpend(GetSpendRequest request) {
        return Future.succeededFuture(request).compose(spend::get);
    }

    @Override
    public Future<ListHistoryResponse> listHistory(ListHistoryRequest request) {
        return Future.succeededFuture(request).compose(history::list);
    }

    @Override
    public Future<Void> close() {
        return Future.join(appends.close(), decisions.close(), starts.close())
                .eventually(signals::close)
                .eventually(storedBytes::close)
                .eventually(database::close)
                .mapEmpty();
    }

    private Future<GetExecutionsResponse> executions(GetExecutionsRequest request) {
        Checks.atMost("exec_ids", request.getTaskExecIdsCount() + request.getPlanExecIdsCount());
        LifetimeIdentity lifetime = LifetimeIdentity.of(request.getTenantId(), request.getLifetimeId());
        List<UUID> taskIds = executionIds(request.getTaskExecIdsList());
        List<UUID> planIds = executionIds(request.getPlanExecIdsList());
        return tasks.get(lifetime, taskIds)
                .compose(foundTasks -> plans.get(lifetime, planIds)
                        .map(foundPlans -> GetExecutionsResponse.newBuilder()
                                .addAllTasks(inOrder(taskIds, foundTasks))
                                .addAllPlans(inOrder(planIds, foundPlans))
                                .build()));
    }

    private static List<UUID> executionIds(List<String> execIds) {
        return execIds.stream().map(Checks::execution).toList();
    }

    private static <E> List<E> inOrder(List<UUID> execIds, Map<UUID, E> found) {
        return execIds.stream().map(found::get).filter(Objects::nonNull).toList();
    }
}
