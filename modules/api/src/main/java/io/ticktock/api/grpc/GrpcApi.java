package io.ticktock.api.grpc;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.ticktock.api.access.Authenticator;
import io.ticktock.api.meter.ApiMeters;
import io.ticktock.api.operation.AuditLog;
import io.ticktock.api.operation.Gate;
import io.ticktock.api.operation.Operations;
import io.ticktock.api.worker.WorkerGateway;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.proto.v1.AbandonBlobRequest;
import io.ticktock.proto.v1.AnswerHumanTaskRequest;
import io.ticktock.proto.v1.Blob;
import io.ticktock.proto.v1.ClaimHumanTaskRequest;
import io.ticktock.proto.v1.CommitBlobRequest;
import io.ticktock.proto.v1.CompleteHeldTaskRequest;
import io.ticktock.proto.v1.ControlPlane;
import io.ticktock.proto.v1.CreateTenantRequest;
import io.ticktock.proto.v1.CreateWebhookRequest;
import io.ticktock.proto.v1.DataPlane;
import io.ticktock.proto.v1.DeleteWebhookRequest;
import io.ticktock.proto.v1.FindExecutionsRequest;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.GetExecutionsRequest;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GetHumanTaskRequest;
import io.ticktock.proto.v1.GetLifetimeRequest;
import io.ticktock.proto.v1.GetOutputRequest;
import io.ticktock.proto.v1.GetSpendRequest;
import io.ticktock.proto.v1.GetTenantRequest;
import io.ticktock.proto.v1.GetWebhookRequest;
import io.ticktock.proto.v1.Guardrail;
import io.ticktock.proto.v1.HeartbeatHeldTaskRequest;
import io.ticktock.proto.v1.IssueApiKeyRequest;
import io.ticktock.proto.v1.ListApiKeysRequest;
import io.ticktock.proto.v1.ListAuditRequest;
import io.ticktock.proto.v1.ListDeliveriesRequest;
import io.ticktock.proto.v1.ListEventsRequest;
import io.ticktock.proto.v1.ListExecutionsRequest;
import io.ticktock.proto.v1.ListGraphVersionsRequest;
import io.ticktock.proto.v1.ListGraphsRequest;
import io.ticktock.proto.v1.ListHistoryRequest;
import io.ticktock.proto.v1.ListHumanTasksRequest;
import io.ticktock.proto.v1.ListLifetimesRequest;
import io.ticktock.proto.v1.ListPoliciesRequest;
import io.ticktock.proto.v1.ListTenantsRequest;
import io.ticktock.proto.v1.ListWebhooksRequest;
import io.ticktock.proto.v1.OpenBlobRequest;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.proto.v1.RegisterGraphResponse;
import io.ticktock.proto.v1.ReleaseHumanTaskRequest;
import io.ticktock.proto.v1.ReplayLifetimeRequest;
import io.ticktock.proto.v1.ReplayPlansRequest;
import io.ticktock.proto.v1.RetryDeliveryRequest;
import io.ticktock.proto.v1.RevokeApiKeyRequest;
import io.ticktock.proto.v1.RotateWebhookSecretRequest;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.ticktock.proto.v1.TenantOuterClass;
import io.ticktock.proto.v1.TestWebhookRequest;
import io.ticktock.proto.v1.UpdateTenantRequest;
import io.ticktock.proto.v1.UpdateWebhookRequest;
import io.ticktock.proto.v1.WatchEventsRequest;
import io.ticktock.proto.v1.WatchLifetimeRequest;
import io.ticktock.proto.v1.WebhookOuterClass;
import io.ticktock.proto.v1.Worker;
import io.ticktock.proto.v1.WriteBlobRequest;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.grpc.health.HealthService;
import io.vertx.grpc.reflection.ReflectionService;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.Service;
import java.util.Locale;

/** The table of rpcs: which operation each one is. */
public final class GrpcApi {

    private static final long MOST_MESSAGE_BYTES = 4L << 20;
    private static final String CONTENT_TYPE = "application/grpc";

    private final Operations operations;
    private final Authenticator authenticator;
    private final Gate gate;
    private final AuditLog audit;
    private final WorkerGateway workers;
    private final ApiMeters meters;
    private final Tracing tracing;

    public GrpcApi(
            Operations operations,
            Authenticator authenticator,
            Gate gate,
            AuditLog audit,
            WorkerGateway workers,
            ApiMeters meters,
            Tracing tracing) {
        this.operations = operations;
        this.authenticator = authenticator;
        this.gate = gate;
        this.audit = audit;
        this.workers = workers;
        this.meters = meters;
        this.tracing = tracing;
    }

    /** Whether a request is one of gRPC's. */
    public static boolean isFor(HttpServerRequest request) {
        String contentType = request.getHeader("Content-Type");
        return contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith(CONTENT_TYPE);
    }

    public GrpcServer server(Vertx vertx) {
        GrpcServer server = GrpcServer.server(
                vertx,
                new GrpcServerOptions().setMaxMessageSize(MOST_MESSAGE_BYTES).setScheduleDeadlineAutomatically(true));
        server.addService(controlPlane());
        server.addService(dataPlane());
        server.addService(guardrail());
        server.addService(humanTasks());
        server.addService(blobs());
        server.addService(tenants());
        server.addService(webhooks());
        server.addService(workers());
        server.addService(HealthService.create(vertx));
        server.addService(ReflectionService.v1());
        return server;
    }

    private Service controlPlane() {
        Rpcs rpcs = rpcs(ControlPlane.getDescriptor().findServiceByName("ControlPlaneService"));
        rpcs.add("StartLifetime", StartLifetimeRequest.getDefaultInstance(), operations.lifetimes().start);
        rpcs.add("ForkLifetime", ForkLifetimeRequest.getDefaultInstance(), operations.lifetimes().fork);
        rpcs.add("SignalLifetime", SignalLifetimeRequest.getDefaultInstance(), operations.lifetimes().signal);
        rpcs.addWatch(
                "WatchLifetime",
                WatchLifetimeRequest.getDefaultInstance(),
                operations.lifetimes().watch,
                WatchForm.ofLifetime());
        rpcs.addWatch(
                "WatchEvents",
                WatchEventsRequest.getDefaultInstance(),
                operations.lifetimes().watchAll,
                WatchForm.ofTenant());
        rpcs.add("ReplayLifetime", ReplayLifetimeRequest.getDefaultInstance(), operations.history().replay);
        rpcs.add("ReplayPlans", ReplayPlansRequest.getDefaultInstance(), operations.history().replayPlans);
        return rpcs.service();
    }

    /** Records are appended by executors, on the bus: these rpcs are not served here. */
    private Service dataPlane() {
        Rpcs rpcs = rpcs(DataPlane.getDescriptor().findServiceByName("DataPlaneService"));
        rpcs.add(
                "RegisterGraph",
                RegisterGraphRequest.getDefaultInstance(),
                operations.graphs().register,
                registered -> RegisterGraphResponse.newBuilder()
                        .addAllWarnings(registered.warnings())
                        .build());
        rpcs.add("GetGraph", GetGraphRequest.getDefaultInstance(), operations.graphs().get);
        rpcs.add("ListGraphs", ListGraphsRequest.getDefaultInstance(), operations.graphs().list);
        rpcs.add("ListGraphVersions", ListGraphVersionsRequest.getDefaultInstance(), operations.graphs().versions);
        rpcs.add("GetLifetime", GetLifetimeRequest.getDefaultInstance(), operations.lifetimes().get);
        rpcs.add("ListLifetimes", ListLifetimesRequest.getDefaultInstance(), operations.lifetimes().list);
        rpcs.add("ListExecutions", ListExecutionsRequest.getDefaultInstance(), operations.lifetimes().executions);
        rpcs.add("ListEvents", ListEventsRequest.getDefaultInstance(), operations.lifetimes().events);
        rpcs.add("GetOutput", GetOutputRequest.getDefaultInstance(), operations.lifetimes().output);
        rpcs.add("GetExecutions", GetExecutionsRequest.getDefaultInstance(), operations.lifetimes().execution);
        rpcs.add("GetSpend", GetSpendRequest.getDefaultInstance(), operations.spend().get);
        rpcs.add("ListHistory", ListHistoryRequest.getDefaultInstance(), operations.history().list);
        rpcs.add("FindExecutions", FindExecutionsRequest.getDefaultInstance(), operations.history().records);
        return rpcs.service();
    }

    private Service guardrail() {
        Rpcs rpcs = rpcs(Guardrail.getDescriptor().findServiceByName("GuardrailService"));
        rpcs.add("ListPolicies", ListPoliciesRequest.getDefaultInstance(), operations.policies().list);
        return rpcs.service();
    }

    private Service workers() {
        Rpcs rpcs = rpcs(Worker.getDescriptor().findServiceByName("WorkerService"));
        rpcs.addConnect("Connect", operations.workers().connect, workers);
        rpcs.add("CompleteHeldTask", CompleteHeldTaskRequest.getDefaultInstance(), operations.workers().complete);
        rpcs.add("HeartbeatHeldTask", HeartbeatHeldTaskRequest.getDefaultInstance(), operations.workers().heartbeat);
        return rpcs.service();
    }

    private Service blobs() {
        Rpcs rpcs = rpcs(Blob.getDescriptor().findServiceByName("BlobService"));
        rpcs.add("OpenBlob", OpenBlobRequest.getDefaultInstance(), operations.blobs().open);
        rpcs.add("WriteBlob", WriteBlobRequest.getDefaultInstance(), operations.blobs().write);
        rpcs.add("CommitBlob", CommitBlobRequest.getDefaultInstance(), operations.blobs().commit);
        rpcs.add("AbandonBlob", AbandonBlobRequest.getDefaultInstance(), operations.blobs().abandon);
        return rpcs.service();
    }

    private Service humanTasks() {
        Rpcs rpcs = rpcs(ControlPlane.getDescriptor().findServiceByName("HumanTaskService"));
        rpcs.add("ListHumanTasks", ListHumanTasksRequest.getDefaultInstance(), operations.humanTasks().list);
        rpcs.add("GetHumanTask", GetHumanTaskRequest.getDefaultInstance(), operations.humanTasks().get);
        rpcs.add("ClaimHumanTask", ClaimHumanTaskRequest.getDefaultInstance(), operations.humanTasks().claim);
        rpcs.add("ReleaseHumanTask", ReleaseHumanTaskRequest.getDefaultInstance(), operations.humanTasks().release);
        rpcs.add("AnswerHumanTask", AnswerHumanTaskRequest.getDefaultInstance(), operations.humanTasks().answer);
        return rpcs.service();
    }

    private Service webhooks() {
        Rpcs rpcs = rpcs(WebhookOuterClass.getDescriptor().findServiceByName("WebhookService"));
        rpcs.add("CreateWebhook", CreateWebhookRequest.getDefaultInstance(), operations.webhooks().create);
        rpcs.add("GetWebhook", GetWebhookRequest.getDefaultInstance(), operations.webhooks().get);
        rpcs.add("ListWebhooks", ListWebhooksRequest.getDefaultInstance(), operations.webhooks().list);
        rpcs.add("UpdateWebhook", UpdateWebhookRequest.getDefaultInstance(), operations.webhooks().update);
        rpcs.add("DeleteWebhook", DeleteWebhookRequest.getDefaultInstance(), operations.webhooks().delete);
        rpcs.add(
                "RotateWebhookSecret",
                RotateWebhookSecretRequest.getDefaultInstance(),
                operations.webhooks().rotateSecret);
        rpcs.add("TestWebhook", TestWebhookRequest.getDefaultInstance(), operations.webhooks().test);
        rpcs.add("ListDeliveries", ListDeliveriesRequest.getDefaultInstance(), operations.webhooks().deliveries);
        rpcs.add("RetryDelivery", RetryDeliveryRequest.getDefaultInstance(), operations.webhooks().retry);
        return rpcs.service();
    }

    private Service tenants() {
        Rpcs rpcs = rpcs(TenantOuterClass.getDescriptor().findServiceByName("TenantService"));
        rpcs.add("CreateTenant", CreateTenantRequest.getDefaultInstance(), operations.tenants().create);
        rpcs.add("GetTenant", GetTenantRequest.getDefaultInstance(), operations.tenants().get);
        rpcs.add("ListTenants", ListTenantsRequest.getDefaultInstance(), operations.tenants().list);
        rpcs.add("UpdateTenant", UpdateTenantRequest.getDefaultInstance(), operations.tenants().update);
        rpcs.add("IssueApiKey", IssueApiKeyRequest.getDefaultInstance(), operations.tenants().createKey);
        rpcs.add("ListApiKeys", ListApiKeysRequest.getDefaultInstance(), operations.tenants().listKeys);
        rpcs.add("RevokeApiKey", RevokeApiKeyRequest.getDefaultInstance(), operations.tenants().revokeKey);
        rpcs.add("ListAudit", ListAuditRequest.getDefaultInstance(), operations.tenants().audit);
        return rpcs.service();
    }

    private Rpcs rpcs(ServiceDescriptor service) {
        return new Rpcs(service, authenticator, gate, audit, meters, tracing);
    }
}
