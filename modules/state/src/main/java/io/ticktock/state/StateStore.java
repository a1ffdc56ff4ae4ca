package io.ticktock.state;

import io.ticktock.proto.v1.*;
import io.vertx.core.Future;

/**
 * What is durable: graphs, records, lifetimes with their logs, signals, timers, who holds which shard, tenants with their
 * keys, and who did what. Every success means that the commit is durable; the messages say what each operation does.
 *
 * <p>Failures are {@link io.ticktock.bus.Failure}s. INVALID_ARGUMENT: an id is not a UUID, a tenant or a required
 * part is missing, a page is out of range. NOT_FOUND: no such thing for this tenant. OVERLOADED: a queue is full.
 * UNAVAILABLE: no answer in time; a write may or may not have been done, and may be repeated.
 */
public interface StateStore {

    /** ALREADY_EXISTS when the version is there with another digest. */
    Future<RegisterGraphResponse> registerGraph(RegisterGraphRequest request);

    Future<GetGraphResponse> getGraph(GetGraphRequest request);

    Future<ListGraphsResponse> listGraphs(ListGraphsRequest request);

    Future<ListGraphVersionsResponse> listGraphVersions(ListGraphVersionsRequest request);

    /** The same set again changes nothing. */
    Future<RegisterPolicySetResponse> registerPolicySet(RegisterPolicySetRequest request);

    Future<GetPolicySetResponse> getPolicySet(GetPolicySetRequest request);

    /** The first record of an attempt stays; a later, different one is superseded. */
    Future<Recorded<TaskExecution>> appendTask(TaskExecution execution);

    /** As {@link #appendTask}. */
    Future<Recorded<PlanExecution>> appendPlan(PlanExecution execution);

    Future<FindExecutionsResponse> findExecutions(FindExecutionsRequest request);

    /** What is not recorded is not in the answer. */
    Future<GetExecutionsResponse> getExecutions(GetExecutionsRequest request);

    /** FENCED when another process has taken over; then nothing was written. */
    Future<CreateLifetimeResponse> createLifetime(CreateLifetimeRequest request);

    /**
     * FENCED when another process has taken over, ALREADY_EXISTS when other events have these sequence numbers; then nothing was
     * written. The very same decision again succeeds.
     */
    Future<AppendDecisionResponse> appendDecision(AppendDecisionRequest request);

    Future<LoadLifetimeResponse> loadLifetime(LoadLifetimeRequest request);

    Future<GetInputResponse> getInput(GetInputRequest request);

    Future<ExamineLifetimeResponse> examineLifetime(ExamineLifetimeRequest request);

    /** FAILED_PRECONDITION when the lifetime has ended. */
    Future<SendSignalResponse> sendSignal(SendSignalRequest request);

    /** FENCED when the epoch has moved on. */
    Future<HoldShardsResponse> holdShards(HoldShardsRequest request);

    Future<ReleaseShardsResponse> releaseShards(ReleaseShardsRequest request);

    Future<ListRunnableResponse> listRunnable(ListRunnableRequest request);

    Future<ListDueResponse> listDue(ListDueRequest request);

    Future<ListSuspectsResponse> listSuspects(ListSuspectsRequest request);

    /** FENCED when another process has taken over; then nothing was noted. */
    Future<NoteRecoveriesResponse> noteRecoveries(NoteRecoveriesRequest request);

    /** FENCED when another process has taken over; then nothing was changed. One that has ended is left alone. */
    Future<SetQuarantineResponse> setQuarantine(SetQuarantineRequest request);

    /** Nothing is granted, and the slice is as it was, when less than what is needed is left. */
    Future<GrantBudgetResponse> grantBudget(GrantBudgetRequest request);

    /** The latest 10,000 of this holder. */
    Future<ListBudgetSlicesResponse> listBudgetSlices(ListBudgetSlicesRequest request);

    Future<GetLifetimeResponse> getLifetime(GetLifetimeRequest request);

    Future<ListLifetimesResponse> listLifetimes(ListLifetimesRequest request);

    Future<ListExecutionsResponse> listExecutions(ListExecutionsRequest request);

    Future<ListEventsResponse> listEvents(ListEventsRequest request);

    /** INVALID_ARGUMENT also when the position is none of this tenant's. */
    Future<ReadStreamResponse> readStream(ReadStreamRequest request);

    Future<GetOutputResponse> getOutput(GetOutputRequest request);

    Future<ListWaitingWorkResponse> listWaitingWork(ListWaitingWorkRequest request);

    Future<ListHumanTasksResponse> listHumanTasks(ListHumanTasksRequest request);

    /** Also of one that is closed. */
    Future<GetHumanTaskResponse> getHumanTask(GetHumanTaskRequest request);

    /** ALREADY_EXISTS when another has claimed it, FAILED_PRECONDITION when it is closed. */
    Future<ClaimHumanTaskResponse> claimHumanTask(ClaimHumanTaskRequest request);

    /** As {@link #claimHumanTask}. */
    Future<ReleaseHumanTaskResponse> releaseHumanTask(ReleaseHumanTaskRequest request);

    /** FAILED_PRECONDITION when the tenant has as many as it may. */
    Future<CreateWebhookResponse> createWebhook(CreateWebhookRequest request);

    Future<GetWebhookResponse> getWebhook(GetWebhookRequest request);

    Future<ListWebhooksResponse> listWebhooks(ListWebhooksRequest request);

    /** STALE when it has another version than asked for. */
    Future<UpdateWebhookResponse> updateWebhook(UpdateWebhookRequest request);

    /** As {@link #updateWebhook}. */
    Future<DeleteWebhookResponse> deleteWebhook(DeleteWebhookRequest request);

    Future<RotateWebhookSecretResponse> rotateWebhookSecret(RotateWebhookSecretRequest request);

    /** FAILED_PRECONDITION when the webhook is not enabled. */
    Future<AddDeliveryResponse> addDelivery(AddDeliveryRequest request);

    Future<ListDeliveriesResponse> listDeliveries(ListDeliveriesRequest request);

    Future<RetryDeliveryResponse> retryDelivery(RetryDeliveryRequest request);

    Future<ClaimWebhooksResponse> claimWebhooks(ClaimWebhooksRequest request);

    Future<ListDueDeliveriesResponse> listDueDeliveries(ListDueDeliveriesRequest request);

    /** FENCED when another holds the webhook now, or it is enabled no more; then nothing was written. */
    Future<CommitDeliveriesResponse> commitDeliveries(CommitDeliveriesRequest request);

    Future<FindUnreferencedBlobsResponse> findUnreferencedBlobs(FindUnreferencedBlobsRequest request);

    /** Every record of the tenant, accepted or not. OVERLOADED when too many of them are recent. */
    Future<GetUsageResponse> getUsage(GetUsageRequest request);

    /** ALREADY_EXISTS when the tenant is there and was created by another request; the same again gets the same answer. */
    Future<CreateTenantResponse> createTenant(CreateTenantRequest request);

    Future<GetTenantResponse> getTenant(GetTenantRequest request);

    Future<ListTenantsResponse> listTenants(ListTenantsRequest request);

    Future<UpdateTenantResponse> updateTenant(UpdateTenantRequest request);

    /** What a tenant may have, and has. */
    Future<GetQuotasResponse> getQuotas(GetQuotasRequest request);

    /** ALREADY_EXISTS when the key_id is there with anything else; the same again gets the key as it is now. */
    Future<CreateApiKeyResponse> createApiKey(CreateApiKeyRequest request);

    Future<ListApiKeysResponse> listApiKeys(ListApiKeysRequest request);

    Future<RevokeApiKeyResponse> revokeApiKey(RevokeApiKeyRequest request);

    /** Of whichever tenant. */
    Future<FindApiKeyResponse> findApiKey(FindApiKeyRequest request);

    /** All of them or none; those that are there already stay as they are. */
    Future<AppendAuditResponse> appendAudit(AppendAuditRequest request);

    Future<ListAuditResponse> listAudit(ListAuditRequest request);

    Future<GetStatisticsResponse> getStatistics(GetStatisticsRequest request);

    /** May take seconds; INVALID_ARGUMENT also when the times are in the wrong order. */
    Future<GetSpendResponse> getSpend(GetSpendRequest request);

    /** May take seconds; INVALID_ARGUMENT also when the times are in the wrong order. */
    Future<ListHistoryResponse> listHistory(ListHistoryRequest request);

    /** Lets writes under way end, and lets go of what is held. */
    Future<Void> close();
}
