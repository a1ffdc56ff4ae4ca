package io.ticktock.bus;

import io.ticktock.proto.v1.*;
import java.time.Duration;

/** Every address of the system: its table of contents. */
public final class Addresses {

    // state: graphs
    public static final Address<RegisterGraphRequest, RegisterGraphResponse> STATE_REGISTER_GRAPH =
            Address.of("state.register-graph", RegisterGraphRequest.class, RegisterGraphResponse.class);
    public static final Address<GetGraphRequest, GetGraphResponse> STATE_GET_GRAPH =
            Address.of("state.get-graph", GetGraphRequest.class, GetGraphResponse.class);
    public static final Address<ListGraphsRequest, ListGraphsResponse> STATE_LIST_GRAPHS =
            Address.of("state.list-graphs", ListGraphsRequest.class, ListGraphsResponse.class);
    public static final Address<ListGraphVersionsRequest, ListGraphVersionsResponse> STATE_LIST_GRAPH_VERSIONS =
            Address.of("state.list-graph-versions", ListGraphVersionsRequest.class, ListGraphVersionsResponse.class);

    // state: policies
    public static final Address<RegisterPolicySetRequest, RegisterPolicySetResponse> STATE_REGISTER_POLICY_SET =
            Address.of("state.register-policy-set", RegisterPolicySetRequest.class, RegisterPolicySetResponse.class);
    public static final Address<GetPolicySetRequest, GetPolicySetResponse> STATE_GET_POLICY_SET =
            Address.of("state.get-policy-set", GetPolicySetRequest.class, GetPolicySetResponse.class);

    // state: records
    public static final Address<AppendTaskExecutionRequest, AppendTaskExecutionResponse> STATE_APPEND_TASK =
            Address.of("state.append-task", AppendTaskExecutionRequest.class, AppendTaskExecutionResponse.class);
    public static final Address<AppendPlanExecutionRequest, AppendPlanExecutionResponse> STATE_APPEND_PLAN =
            Address.of("state.append-plan", AppendPlanExecutionRequest.class, AppendPlanExecutionResponse.class);
    public static final Address<FindExecutionsRequest, FindExecutionsResponse> STATE_FIND_EXECUTIONS =
            Address.of("state.find-executions", FindExecutionsRequest.class, FindExecutionsResponse.class);
    public static final Address<GetExecutionsRequest, GetExecutionsResponse> STATE_GET_EXECUTIONS =
            Address.of("state.get-executions", GetExecutionsRequest.class, GetExecutionsResponse.class);

    // state: decisions
    public static final Address<CreateLifetimeRequest, CreateLifetimeResponse> STATE_CREATE_LIFETIME =
            Address.of("state.create-lifetime", CreateLifetimeRequest.class, CreateLifetimeResponse.class);
    public static final Address<AppendDecisionRequest, AppendDecisionResponse> STATE_APPEND_DECISION =
            Address.of("state.append-decision", AppendDecisionRequest.class, AppendDecisionResponse.class);
    public static final Address<LoadLifetimeRequest, LoadLifetimeResponse> STATE_LOAD_LIFETIME =
            Address.of("state.load-lifetime", LoadLifetimeRequest.class, LoadLifetimeResponse.class);
    public static final Address<GetInputRequest, GetInputResponse> STATE_GET_INPUT =
            Address.of("state.get-input", GetInputRequest.class, GetInputResponse.class);
    public static final Address<SendSignalRequest, SendSignalResponse> STATE_SEND_SIGNAL =
            Address.of("state.send-signal", SendSignalRequest.class, SendSignalResponse.class);

    public static final Address<ExamineLifetimeRequest, ExamineLifetimeResponse> STATE_EXAMINE_LIFETIME =
            Address.of("state.examine-lifetime", ExamineLifetimeRequest.class, ExamineLifetimeResponse.class);

    // state: ownership and recovery
    public static final Address<HoldShardsRequest, HoldShardsResponse> STATE_HOLD_SHARDS =
            Address.of("state.hold-shards", HoldShardsRequest.class, HoldShardsResponse.class, Duration.ofSeconds(3));
    public static final Address<ReleaseShardsRequest, ReleaseShardsResponse> STATE_RELEASE_SHARDS =
            Address.of("state.release-shards", ReleaseShardsRequest.class, ReleaseShardsResponse.class);
    public static final Address<ListRunnableRequest, ListRunnableResponse> STATE_LIST_RUNNABLE =
            Address.of("state.list-runnable", ListRunnableRequest.class, ListRunnableResponse.class);
    public static final Address<ListSuspectsRequest, ListSuspectsResponse> STATE_LIST_SUSPECTS =
            Address.of("state.list-suspects", ListSuspectsRequest.class, ListSuspectsResponse.class);
    public static final Address<NoteRecoveriesRequest, NoteRecoveriesResponse> STATE_NOTE_RECOVERIES =
            Address.of("state.note-recoveries", NoteRecoveriesRequest.class, NoteRecoveriesResponse.class);
    public static final Address<SetQuarantineRequest, SetQuarantineResponse> STATE_SET_QUARANTINE =
            Address.of("state.set-quarantine", SetQuarantineRequest.class, SetQuarantineResponse.class);
    public static final Address<ListDueRequest, ListDueResponse> STATE_LIST_DUE =
            Address.of("state.list-due", ListDueRequest.class, ListDueResponse.class);

    public static final Address<ListWaitingWorkRequest, ListWaitingWorkResponse> STATE_LIST_WAITING_WORK =
            Address.of("state.list-waiting-work", ListWaitingWorkRequest.class, ListWaitingWorkResponse.class);

    // state: budgets
    /** Whoever asks is asked itself, and must answer in time. */
    public static final Address<GrantBudgetRequest, GrantBudgetResponse> STATE_GRANT_BUDGET = Address.of(
            "state.grant-budget", GrantBudgetRequest.class, GrantBudgetResponse.class, Duration.ofSeconds(3));

    public static final Address<ListBudgetSlicesRequest, ListBudgetSlicesResponse> STATE_LIST_BUDGET_SLICES =
            Address.of("state.list-budget-slices", ListBudgetSlicesRequest.class, ListBudgetSlicesResponse.class);

    // state: what tenants read
    public static final Address<GetLifetimeRequest, GetLifetimeResponse> STATE_GET_LIFETIME =
            Address.of("state.get-lifetime", GetLifetimeRequest.class, GetLifetimeResponse.class);
    public static final Address<ListLifetimesRequest, ListLifetimesResponse> STATE_LIST_LIFETIMES =
            Address.of("state.list-lifetimes", ListLifetimesRequest.class, ListLifetimesResponse.class);
    public static final Address<ListExecutionsRequest, ListExecutionsResponse> STATE_LIST_EXECUTIONS =
            Address.of("state.list-executions", ListExecutionsRequest.class, ListExecutionsResponse.class);
    public static final Address<ListEventsRequest, ListEventsResponse> STATE_LIST_EVENTS =
            Address.of("state.list-events", ListEventsRequest.class, ListEventsResponse.class);
    public static final Address<ReadStreamRequest, ReadStreamResponse> STATE_READ_STREAM =
            Address.of("state.read-stream", ReadStreamRequest.class, ReadStreamResponse.class);
    public static final Address<GetOutputRequest, GetOutputResponse> STATE_GET_OUTPUT =
            Address.of("state.get-output", GetOutputRequest.class, GetOutputResponse.class);

    // state: questions to people
    public static final Address<ListHumanTasksRequest, ListHumanTasksResponse> STATE_LIST_HUMAN_TASKS =
            Address.of("state.list-human-tasks", ListHumanTasksRequest.class, ListHumanTasksResponse.class);
    public static final Address<GetHumanTaskRequest, GetHumanTaskResponse> STATE_GET_HUMAN_TASK =
            Address.of("state.get-human-task", GetHumanTaskRequest.class, GetHumanTaskResponse.class);
    public static final Address<ClaimHumanTaskRequest, ClaimHumanTaskResponse> STATE_CLAIM_HUMAN_TASK =
            Address.of("state.claim-human-task", ClaimHumanTaskRequest.class, ClaimHumanTaskResponse.class);
    public static final Address<ReleaseHumanTaskRequest, ReleaseHumanTaskResponse> STATE_RELEASE_HUMAN_TASK =
            Address.of("state.release-human-task", ReleaseHumanTaskRequest.class, ReleaseHumanTaskResponse.class);

    // state: what guardrails of a tenant look at
    public static final Address<GetUsageRequest, GetUsageResponse> STATE_GET_USAGE =
            Address.of("state.get-usage", GetUsageRequest.class, GetUsageResponse.class);

    // state: tenants, their keys, and who did what
    public static final Address<CreateTenantRequest, CreateTenantResponse> STATE_CREATE_TENANT =
            Address.of("state.create-tenant", CreateTenantRequest.class, CreateTenantResponse.class);
    public static final Address<GetTenantRequest, GetTenantResponse> STATE_GET_TENANT =
            Address.of("state.get-tenant", GetTenantRequest.class, GetTenantResponse.class);
    public static final Address<ListTenantsRequest, ListTenantsResponse> STATE_LIST_TENANTS =
            Address.of("state.list-tenants", ListTenantsRequest.class, ListTenantsResponse.class);
    public static final Address<UpdateTenantRequest, UpdateTenantResponse> STATE_UPDATE_TENANT =
            Address.of("state.update-tenant", UpdateTenantRequest.class, UpdateTenantResponse.class);
    public static final Address<GetQuotasRequest, GetQuotasResponse> STATE_GET_QUOTAS =
            Address.of("state.get-quotas", GetQuotasRequest.class, GetQuotasResponse.class);
    public static final Address<CreateApiKeyRequest, CreateApiKeyResponse> STATE_CREATE_API_KEY =
            Address.of("state.create-api-key", CreateApiKeyRequest.class, CreateApiKeyResponse.class);
    public static final Address<ListApiKeysRequest, ListApiKeysResponse> STATE_LIST_API_KEYS =
            Address.of("state.list-api-keys", ListApiKeysRequest.class, ListApiKeysResponse.class);
    public static final Address<RevokeApiKeyRequest, RevokeApiKeyResponse> STATE_REVOKE_API_KEY =
            Address.of("state.revoke-api-key", RevokeApiKeyRequest.class, RevokeApiKeyResponse.class);
    public static final Address<FindApiKeyRequest, FindApiKeyResponse> STATE_FIND_API_KEY =
            Address.of("state.find-api-key", FindApiKeyRequest.class, FindApiKeyResponse.class);
    public static final Address<AppendAuditRequest, AppendAuditResponse> STATE_APPEND_AUDIT =
            Address.of("state.append-audit", AppendAuditRequest.class, AppendAuditResponse.class);
    public static final Address<ListAuditRequest, ListAuditResponse> STATE_LIST_AUDIT =
            Address.of("state.list-audit", ListAuditRequest.class, ListAuditResponse.class);

    // state: webhooks
    public static final Address<CreateWebhookRequest, CreateWebhookResponse> STATE_CREATE_WEBHOOK =
            Address.of("state.create-webhook", CreateWebhookRequest.class, CreateWebhookResponse.class);
    public static final Address<GetWebhookRequest, GetWebhookResponse> STATE_GET_WEBHOOK =
            Address.of("state.get-webhook", GetWebhookRequest.class, GetWebhookResponse.class);
    public static final Address<ListWebhooksRequest, ListWebhooksResponse> STATE_LIST_WEBHOOKS =
            Address.of("state.list-webhooks", ListWebhooksRequest.class, ListWebhooksResponse.class);
    public static final Address<UpdateWebhookRequest, UpdateWebhookResponse> STATE_UPDATE_WEBHOOK =
            Address.of("state.update-webhook", UpdateWebhookRequest.class, UpdateWebhookResponse.class);
    public static final Address<DeleteWebhookRequest, DeleteWebhookResponse> STATE_DELETE_WEBHOOK =
            Address.of("state.delete-webhook", DeleteWebhookRequest.class, DeleteWebhookResponse.class);
    public static final Address<RotateWebhookSecretRequest, RotateWebhookSecretResponse> STATE_ROTATE_WEBHOOK_SECRET =
            Address.of(
                    "state.rotate-webhook-secret", RotateWebhookSecretRequest.class, RotateWebhookSecretResponse.class);
    public static final Address<AddDeliveryRequest, AddDeliveryResponse> STATE_ADD_DELIVERY =
            Address.of("state.add-delivery", AddDeliveryRequest.class, AddDeliveryResponse.class);
    public static final Address<ListDeliveriesRequest, ListDeliveriesResponse> STATE_LIST_DELIVERIES =
            Address.of("state.list-deliveries", ListDeliveriesRequest.class, ListDeliveriesResponse.class);
    public static final Address<RetryDeliveryRequest, RetryDeliveryResponse> STATE_RETRY_DELIVERY =
            Address.of("state.retry-delivery", RetryDeliveryRequest.class, RetryDeliveryResponse.class);
    public static final Address<ClaimWebhooksRequest, ClaimWebhooksResponse> STATE_CLAIM_WEBHOOKS =
            Address.of("state.claim-webhooks", ClaimWebhooksRequest.class, ClaimWebhooksResponse.class);
    public static final Address<ListDueDeliveriesRequest, ListDueDeliveriesResponse> STATE_LIST_DUE_DELIVERIES =
            Address.of("state.list-due-deliveries", ListDueDeliveriesRequest.class, ListDueDeliveriesResponse.class);
    public static final Address<CommitDeliveriesRequest, CommitDeliveriesResponse> STATE_COMMIT_DELIVERIES =
            Address.of("state.commit-deliveries", CommitDeliveriesRequest.class, CommitDeliveriesResponse.class);

    // state: what an operator measures
    public static final Address<GetStatisticsRequest, GetStatisticsResponse> STATE_GET_STATISTICS =
            Address.of("state.get-statistics", GetStatisticsRequest.class, GetStatisticsResponse.class);

    // state: what is gathered from many lifetimes, and may take longer
    public static final Address<GetSpendRequest, GetSpendResponse> STATE_GET_SPEND =
            Address.of("state.get-spend", GetSpendRequest.class, GetSpendResponse.class, Duration.ofSeconds(50));

    public static final Address<ListHistoryRequest, ListHistoryResponse> STATE_LIST_HISTORY = Address.of(
            "state.list-history", ListHistoryRequest.class, ListHistoryResponse.class, Duration.ofSeconds(50));

    // state: what the blob store asks before it removes garbage
    public static final Address<FindUnreferencedBlobsRequest, FindUnreferencedBlobsResponse>
            STATE_FIND_UNREFERENCED_BLOBS = Address.of(
                    "state.find-unreferenced-blobs",
                    FindUnreferencedBlobsRequest.class,
                    FindUnreferencedBlobsResponse.class);

    // blob
    public static final Address<OpenBlobRequest, OpenBlobResponse> BLOB_OPEN =
            Address.of("blob.open", OpenBlobRequest.class, OpenBlobResponse.class);
    /** Served at the upload's id: {@code BLOB_WRITE.at(uploadId)}; so are commit and abandon, together. */
    public static final Address<WriteBlobRequest, WriteBlobResponse> BLOB_WRITE =
            Address.of("blob.write", WriteBlobRequest.class, WriteBlobResponse.class, Duration.ofSeconds(30));
    /** A bucket copies a large blob to the place where it belongs. */
    public static final Address<CommitBlobRequest, CommitBlobResponse> BLOB_COMMIT =
            Address.of("blob.commit", CommitBlobRequest.class, CommitBlobResponse.class, Duration.ofSeconds(60));

    public static final Address<AbandonBlobRequest, AbandonBlobResponse> BLOB_ABANDON =
            Address.of("blob.abandon", AbandonBlobRequest.class, AbandonBlobResponse.class);
    public static final Address<ReadBlobRequest, ReadBlobResponse> BLOB_READ =
            Address.of("blob.read", ReadBlobRequest.class, ReadBlobResponse.class);

    // guardrail
    public static final Address<VerdictRequest, VerdictResponse> GUARDRAIL_VERDICT =
            Address.of("guardrail.verdict", VerdictRequest.class, VerdictResponse.class);
    public static final Address<AdmissionRequest, AdmissionResponse> GUARDRAIL_ADMIT =
            Address.of("guardrail.admit", AdmissionRequest.class, AdmissionResponse.class);

    /** Published by the control plane, at the slice's id, once a decision that charges it is durable. */
    public static final Topic<SliceCharged> GUARDRAIL_SLICE_CHARGED =
            new Topic<>("guardrail.slice-charged", SliceCharged.class);

    public static final Address<RecomputeRequest, RecomputeResponse> GUARDRAIL_RECOMPUTE =
            Address.of("guardrail.recompute", RecomputeRequest.class, RecomputeResponse.class, Duration.ofMinutes(2));

    public static final Address<ListPoliciesRequest, ListPoliciesResponse> GUARDRAIL_LIST_POLICIES =
            Address.of("guardrail.list-policies", ListPoliciesRequest.class, ListPoliciesResponse.class);

    // control
    /** At any control plane; takes as long as the lifetime's log does. */
    public static final Address<ReplayLifetimeRequest, ReplayLifetimeResponse> CONTROL_REPLAY = Address.of(
            "control.replay", ReplayLifetimeRequest.class, ReplayLifetimeResponse.class, Duration.ofMinutes(10));

    /** At any control plane; takes as long as the lifetime's log does. */
    public static final Address<ReplayPlansRequest, ReplayPlansResponse> CONTROL_REPLAY_PLANS = Address.of(
            "control.replay-plans", ReplayPlansRequest.class, ReplayPlansResponse.class, Duration.ofMinutes(10));

    // control: each at the lifetime's shard
    public static final Address<StartLifetimeRequest, StartLifetimeResponse> CONTROL_START =
            Address.of("control.start", StartLifetimeRequest.class, StartLifetimeResponse.class);
    /** At the shard of the fork. */
    public static final Address<ForkLifetimeRequest, ForkLifetimeResponse> CONTROL_FORK =
            Address.of("control.fork", ForkLifetimeRequest.class, ForkLifetimeResponse.class);

    public static final Address<SignalLifetimeRequest, SignalLifetimeResponse> CONTROL_SIGNAL =
            Address.of("control.signal", SignalLifetimeRequest.class, SignalLifetimeResponse.class);
    public static final Address<ReportWaitingRequest, ReportWaitingResponse> CONTROL_REPORT_WAITING =
            Address.of("control.report-waiting", ReportWaitingRequest.class, ReportWaitingResponse.class);
    public static final Address<ReportRefusedRecordRequest, ReportRefusedRecordResponse> CONTROL_REPORT_REFUSED_RECORD =
            Address.of(
                    "control.report-refused-record",
                    ReportRefusedRecordRequest.class,
                    ReportRefusedRecordResponse.class);
    /** Published by the data plane, at the lifetime's shard, once a record is durable. */
    public static final Topic<ExecutionReference> CONTROL_RECORDED =
            new Topic<>("control.recorded", ExecutionReference.class);

    public static final Topic<FreeShards> CONTROL_FREE_SHARDS = new Topic<>("control.free-shards", FreeShards.class);
    /** Published by the control plane, at the lifetime's shard, once events are durable. */
    public static final Topic<LifetimeProgress> CONTROL_PROGRESS =
            new Topic<>("control.progress", LifetimeProgress.class);

    // executor
    public static final Address<TaskInput, DispatchResponse> EXECUTOR_RUN_TASK =
            Address.of("executor.run-task", TaskInput.class, DispatchResponse.class);
    public static final Address<PlanInput, DispatchResponse> EXECUTOR_RUN_PLAN =
            Address.of("executor.run-plan", PlanInput.class, DispatchResponse.class);
    /** Of one executor, at its id; in one process at this address, too. */
    public static final Address<HeldExecutionsRequest, HeldExecutionsResponse> EXECUTOR_HELD =
            Address.of("executor.held", HeldExecutionsRequest.class, HeldExecutionsResponse.class);

    public static final Address<EvaluatePlansRequest, EvaluatePlansResponse> EXECUTOR_EVALUATE_PLANS = Address.of(
            "executor.evaluate-plans", EvaluatePlansRequest.class, EvaluatePlansResponse.class, Duration.ofMinutes(2));
    public static final Address<ExamineTasksRequest, ExamineTasksResponse> EXECUTOR_EXAMINE_TASKS = Address.of(
            "executor.examine-tasks", ExamineTasksRequest.class, ExamineTasksResponse.class, Duration.ofSeconds(20));
    public static final Topic<CancelExecutions> EXECUTOR_CANCEL =
            new Topic<>("executor.cancel", CancelExecutions.class);
    public static final Topic<EndedLifetimes> EXECUTOR_ENDED_LIFETIMES =
            new Topic<>("executor.ended-lifetimes", EndedLifetimes.class);

    /** Published by executors at the lifetime's id, while a handler runs that has something to say. */
    public static final Topic<ExecutionDelta> EXECUTOR_DELTA = new Topic<>("executor.delta", ExecutionDelta.class);

    // executor: attempts for workers, at the executor's id
    public static final Address<TakeTasksRequest, TakeTasksResponse> EXECUTOR_TAKE_TASKS =
            Address.of("executor.take-tasks", TakeTasksRequest.class, TakeTasksResponse.class);
    public static final Address<ClaimTasksRequest, ClaimTasksResponse> EXECUTOR_CLAIM_TASKS =
            Address.of("executor.claim-tasks", ClaimTasksRequest.class, ClaimTasksResponse.class);
    public static final Address<CompleteTaskRequest, CompleteTaskResponse> EXECUTOR_COMPLETE_TASK = Address.of(
            "executor.complete-task", CompleteTaskRequest.class, CompleteTaskResponse.class, Duration.ofMinutes(1));
    public static final Address<ReturnTasksRequest, ReturnTasksResponse> EXECUTOR_RETURN_TASKS =
            Address.of("executor.return-tasks", ReturnTasksRequest.class, ReturnTasksResponse.class);

    // workers
    public static final Topic<OpenWork> EXECUTOR_OPEN_WORK = new Topic<>("executor.open-work", OpenWork.class);
    public static final Topic<WithdrawnTasks> EXECUTOR_WITHDRAWN_TASKS =
            new Topic<>("executor.withdrawn-tasks", WithdrawnTasks.class);
    public static final Topic<WebhookChanged> API_WEBHOOK_CHANGED =
            new Topic<>("api.webhook-changed", WebhookChanged.class);
    public static final Topic<GatewayAlive> API_GATEWAY_ALIVE = new Topic<>("api.gateway-alive", GatewayAlive.class);

    // of each module: whether it can do its work now
    public static final Address<CheckRequest, CheckResponse> STATE_CHECK = check("state");
    public static final Address<CheckRequest, CheckResponse> BLOB_CHECK = check("blob");
    public static final Address<CheckRequest, CheckResponse> GUARDRAIL_CHECK = check("guardrail");
    public static final Address<CheckRequest, CheckResponse> CONTROL_CHECK = check("control");
    public static final Address<CheckRequest, CheckResponse> EXECUTOR_CHECK = check("executor");

    private static Address<CheckRequest, CheckResponse> check(String module) {
        return Address.of(module + ".check", CheckRequest.class, CheckResponse.class, Duration.ofSeconds(2));
    }

    private Addresses() {}
}
