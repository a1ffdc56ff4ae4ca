package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import io.ticktock.proto.v1.ApiKey;
import io.ticktock.proto.v1.AppendTaskExecutionRequest;
import io.ticktock.proto.v1.AppendTaskExecutionResponse;
import io.ticktock.proto.v1.ClaimHumanTaskRequest;
import io.ticktock.proto.v1.ClaimHumanTaskResponse;
import io.ticktock.proto.v1.CreateTenantRequest;
import io.ticktock.proto.v1.CreateTenantResponse;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.ForkLifetimeResponse;
import io.ticktock.proto.v1.GetLifetimeRequest;
import io.ticktock.proto.v1.GetLifetimeResponse;
import io.ticktock.proto.v1.GetPolicySetResponse;
import io.ticktock.proto.v1.IssueApiKeyRequest;
import io.ticktock.proto.v1.IssueApiKeyResponse;
import io.ticktock.proto.v1.ListHumanTasksRequest;
import io.ticktock.proto.v1.ListHumanTasksResponse;
import io.ticktock.proto.v1.ListTenantsRequest;
import io.ticktock.proto.v1.ListTenantsResponse;
import io.ticktock.proto.v1.PauseCommand;
import io.ticktock.proto.v1.Quotas;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.proto.v1.RegisterGraphResponse;
import io.ticktock.proto.v1.Role;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.SignalLifetimeResponse;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeResponse;
import io.ticktock.proto.v1.Tenant;
import io.ticktock.proto.v1.UpdateTenantRequest;
import io.ticktock.proto.v1.UpdateTenantResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way in over gRPC, on the port of HTTP. */
class GrpcIT {

    private static final Path NEWTON = Path.of("..", "conf", "graphs", "newton.yaml");
    private static final String CONTROL_PLANE = "ticktock.v1.ControlPlaneService";
    private static final String DATA_PLANE = "ticktock.v1.DataPlaneService";
    private static final String TENANTS = "ticktock.v1.TenantService";
    private static final String HUMAN_TASKS = "ticktock.v1.HumanTaskService";

    @TempDir
    private static Path folder;

    private static LocalSystem system;
    private static Vertx vertx;
    private static GrpcClient client;
    private static SocketAddress server;

    /** What an rpc came to. */
    private record Called<R>(GrpcStatus status, String message, List<R> messages, Status details) {

        private R only() {
            assertEquals(GrpcStatus.OK, status, message);
            assertEquals(1, messages.size());
            return messages.get(0);
        }
    }

    @BeforeAll
    static void start() {
        system = LocalSystem.start(
                Configuration.of(Settings.shipped()
                        .with("launcher.data_folder", folder.toString(), "--data")
                        .with("api.port", "0", "--set")),
                EnumSet.allOf(SystemModule.class));
        URI address = URI.create(system.address().orElseThrow());
        server = SocketAddress.inetSocketAddress(address.getPort(), address.getHost());
        vertx = Vertx.vertx();
        client = GrpcClient.client(vertx);
    }

    @AfterAll
    static void stop() {
        Client.await(client.close().eventually(vertx::close));
        try (LocalSystem closing = system) {
            Replays.requireAllAgree(closing);
        }
    }

    @Test
    void aLifetimeIsStartedAndLookedAt() throws Exception {
        RegisterGraphRequest graph = RegisterGraphRequest.newBuilder()
                .setCanonical(ByteString.copyFrom(Files.readAllBytes(NEWTON)))
                .build();
        call(DATA_PLANE, "RegisterGraph", graph, RegisterGraphResponse.getDefaultInstance(), "")
                .only();
        StartLifetimeRequest start = StartLifetimeRequest.newBuilder()
                .setTenantId("somebody else's")
                .setGraphName("newton")
                .build();
        String id = call(CONTROL_PLANE, "StartLifetime", start, StartLifetimeResponse.getDefaultInstance(), "")
                .only()
                .getLifetimeId();
        GetLifetimeRequest get =
                GetLifetimeRequest.newBuilder().setLifetimeId(id).build();
        GetLifetimeResponse found = call(DATA_PLANE, "GetLifetime", get, GetLifetimeResponse.getDefaultInstance(), "")
                .only();
        assertEquals("default", found.getLifetime().getTenantId());
    }

    @Test
    void failuresSayWhatProgramsCanActOn() {
        GetLifetimeRequest absent = GetLifetimeRequest.newBuilder()
                .setLifetimeId(UUID.randomUUID().toString())
                .build();
        Called<GetLifetimeResponse> missing =
                call(DATA_PLANE, "GetLifetime", absent, GetLifetimeResponse.getDefaultInstance(), "");
        assertEquals(GrpcStatus.NOT_FOUND, missing.status());
        Called<GetLifetimeResponse> malformed = call(
                DATA_PLANE,
                "GetLifetime",
                GetLifetimeRequest.newBuilder().setLifetimeId("nonsense").build(),
                GetLifetimeResponse.getDefaultInstance(),
                "");
        assertEquals(missing, malformed);
        Called<GetLifetimeResponse> unknown = call(
                DATA_PLANE,
                "GetLifetime",
                absent,
                GetLifetimeResponse.getDefaultInstance(),
                "Bearer tt_0123456789abcdef_0123456789012345678901234567890123456789012");
        assertEquals(GrpcStatus.UNAUTHENTICATED, unknown.status());
        assertEquals("UNAUTHENTICATED", reason(unknown));
        Called<StartLifetimeResponse> noGraph = call(
                CONTROL_PLANE,
                "StartLifetime",
                StartLifetimeRequest.newBuilder()
                        .setLifetimeId("7")
                        .setGraphName("newton")
                        .build(),
                StartLifetimeResponse.getDefaultInstance(),
                "");
        assertEquals(GrpcStatus.INVALID_ARGUMENT, noGraph.status());
        assertEquals(
                "lifetime_id must be a UUID of version 7", noGraph.details().getMessage());
        Called<AppendTaskExecutionResponse> append = call(
                DATA_PLANE,
                "AppendTaskExecution",
                AppendTaskExecutionRequest.getDefaultInstance(),
                AppendTaskExecutionResponse.getDefaultInstance(),
                "");
        assertEquals(GrpcStatus.UNIMPLEMENTED, append.status());
    }

    @Test
    void whatIsRepeatedOtherwiseOrComesTooLateIsTold() throws Exception {
        RegisterGraphRequest graph = RegisterGraphRequest.newBuilder()
                .setCanonical(ByteString.copyFrom(Files.readAllBytes(NEWTON)))
                .build();
        call(DATA_PLANE, "RegisterGraph", graph, RegisterGraphResponse.getDefaultInstance(), "")
                .only();
        StartLifetimeRequest.Builder start =
                StartLifetimeRequest.newBuilder().setGraphName("newton").setIdempotencyKey("grpc-1");
        String id = start(start).only().getLifetimeId();
        assertEquals(id, start(start).only().getLifetimeId());
        Called<StartLifetimeResponse> other = start(start.putLabels("team", "red"));
        assertEquals(GrpcStatus.ALREADY_EXISTS, other.status());
        assertTrue(other.message().endsWith("they differ in labels"), other.message());

        SignalLifetimeRequest late = SignalLifetimeRequest.newBuilder()
                .setSignal(Signal.newBuilder().setLifetimeId(id).setPause(PauseCommand.getDefaultInstance()))
                .addIfLastSeq(1_000_000)
                .build();
        Called<SignalLifetimeResponse> stale =
                call(CONTROL_PLANE, "SignalLifetime", late, SignalLifetimeResponse.getDefaultInstance(), "");
        assertEquals(GrpcStatus.ABORTED, stale.status());
        assertEquals("STALE", reason(stale));

        ForkLifetimeRequest fork = ForkLifetimeRequest.newBuilder()
                .setParentLifetimeId(id)
                .setExecId(id)
                .addIfLastSeq(1_000_000)
                .build();
        Called<ForkLifetimeResponse> notForked =
                call(CONTROL_PLANE, "ForkLifetime", fork, ForkLifetimeResponse.getDefaultInstance(), "");
        assertEquals(GrpcStatus.ABORTED, notForked.status());
        assertEquals("STALE", reason(notForked));
    }

    private static Called<StartLifetimeResponse> start(StartLifetimeRequest.Builder start) {
        return call(CONTROL_PLANE, "StartLifetime", start.build(), StartLifetimeResponse.getDefaultInstance(), "");
    }

    @Test
    void tenantsAndQuestionsAreServedAsOverHttp() {
        Tenant tenant = Tenant.newBuilder().setTenantId("by-rpc").build();
        call(
                        TENANTS,
                        "CreateTenant",
                        CreateTenantRequest.newBuilder().setTenant(tenant).build(),
                        CreateTenantResponse.getDefaultInstance(),
                        "")
                .only();
        IssueApiKeyRequest key = IssueApiKeyRequest.newBuilder()
                .setKey(ApiKey.newBuilder().setTenantId("by-rpc").addRoles(Role.ROLE_OPERATOR))
                .build();
        String issued = call(TENANTS, "IssueApiKey", key, IssueApiKeyResponse.getDefaultInstance(), "")
                .only()
                .getText();
        String authorization = "Bearer " + issued;
        assertEquals(
                0,
                call(
                                HUMAN_TASKS,
                                "ListHumanTasks",
                                ListHumanTasksRequest.getDefaultInstance(),
                                ListHumanTasksResponse.getDefaultInstance(),
                                authorization)
                        .only()
                        .getHumanTasksCount());
        Called<ClaimHumanTaskResponse> absent = call(
                HUMAN_TASKS,
                "ClaimHumanTask",
                ClaimHumanTaskRequest.newBuilder()
                        .setExecId(UUID.randomUUID().toString())
                        .build(),
                ClaimHumanTaskResponse.getDefaultInstance(),
                authorization);
        assertEquals(GrpcStatus.NOT_FOUND, absent.status());
        Called<ListTenantsResponse> denied = call(
                TENANTS,
                "ListTenants",
                ListTenantsRequest.getDefaultInstance(),
                ListTenantsResponse.getDefaultInstance(),
                authorization);
        assertEquals(GrpcStatus.PERMISSION_DENIED, denied.status());
    }

    @Test
    void whoHasAQuotaIsToldWhichAndWhenToTryAgain() throws Exception {
        Tenant tenant = Tenant.newBuilder()
                .setTenantId("quotas")
                .setQuotas(Quotas.newBuilder().setStartsPerSecond(1))
                .build();
        CreateTenantRequest create =
                CreateTenantRequest.newBuilder().setTenant(tenant).build();
        call(TENANTS, "CreateTenant", create, CreateTenantResponse.getDefaultInstance(), "")
                .only();
        UpdateTenantRequest update = UpdateTenantRequest.newBuilder()
                .setTenantId("quotas")
                .setQuotas(Quotas.newBuilder().setStartBurst(1))
                .setUpdateMask(FieldMask.newBuilder().addPaths("start_burst"))
                .build();
        assertEquals(
                Quotas.newBuilder().setStartsPerSecond(1).setStartBurst(1).build(),
                call(TENANTS, "UpdateTenant", update, UpdateTenantResponse.getDefaultInstance(), "")
                        .only()
                        .getTenant()
                        .getQuotas());
        IssueApiKeyRequest issue = IssueApiKeyRequest.newBuilder()
                .setKey(ApiKey.newBuilder().setTenantId("quotas").addRoles(Role.ROLE_OPERATOR))
                .build();
        String authorization = "Bearer "
                + call(TENANTS, "IssueApiKey", issue, IssueApiKeyResponse.getDefaultInstance(), "")
                        .only()
                        .getText();
        StartLifetimeRequest start =
                StartLifetimeRequest.newBuilder().setGraphName("none").build();
        Called<StartLifetimeResponse> refused;
        int tries = 0;
        do {
            refused = call(
                    CONTROL_PLANE, "StartLifetime", start, StartLifetimeResponse.getDefaultInstance(), authorization);
            tries++;
        } while (refused.status() == GrpcStatus.NOT_FOUND && tries < 10);
        assertEquals(GrpcStatus.RESOURCE_EXHAUSTED, refused.status());
        assertEquals("QUOTA_EXCEEDED", reason(refused));
        QuotaFailure.Violation violation =
                refused.details().getDetails(1).unpack(QuotaFailure.class).getViolations(0);
        assertEquals("starts_per_second", violation.getQuotaId());
        assertEquals(1, violation.getQuotaValue());
        RetryInfo retry = refused.details().getDetails(2).unpack(RetryInfo.class);
        assertEquals(1, retry.getRetryDelay().getSeconds());
    }

    @Test
    void aMessageThatIsTooLargeIsRefused() {
        RegisterGraphRequest large = RegisterGraphRequest.newBuilder()
                .setCanonical(ByteString.copyFrom(new byte[5 << 20]))
                .build();
        Called<RegisterGraphResponse> refused =
                call(DATA_PLANE, "RegisterGraph", large, RegisterGraphResponse.getDefaultInstance(), "");
        assertEquals(GrpcStatus.INVALID_ARGUMENT, refused.status());
        assertEquals("the message is larger than 4 MiB", refused.message());
    }

    @Test
    void bytesThatAreNoMessageAreRefused() {
        GetPolicySetResponse noText = GetPolicySetResponse.newBuilder()
                .setContent(ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xfe}))
                .build();
        Called<RegisterGraphResponse> refused =
                call(DATA_PLANE, "RegisterGraph", noText, RegisterGraphResponse.getDefaultInstance(), "");
        assertEquals(GrpcStatus.INVALID_ARGUMENT, refused.status());
        assertEquals("the message cannot be read, or there is none", refused.message());
    }

    private static String reason(Called<?> called) {
        try {
            return called.details().getDetails(0).unpack(ErrorInfo.class).getReason();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void itIsServing() {
        HealthCheckResponse health = call(
                        "grpc.health.v1.Health",
                        "Check",
                        HealthCheckRequest.getDefaultInstance(),
                        HealthCheckResponse.getDefaultInstance(),
                        "")
                .only();
        assertEquals(HealthCheckResponse.ServingStatus.SERVING, health.getStatus());
    }

    /** As a client that knows nothing of these services: by what the server tells of itself. */
    @Test
    void aClientThatKnowsNothingFindsItsWay() throws Exception {
        ServerReflectionResponse services =
                reflect(ServerReflectionRequest.newBuilder().setListServices("").build());
        List<String> names = services.getListServicesResponse().getServiceList().stream()
                .map(service -> service.getName())
                .toList();
        assertTrue(names.containsAll(List.of(CONTROL_PLANE, DATA_PLANE, "grpc.health.v1.Health")), names::toString);

        MethodDescriptor list =
                described(DATA_PLANE).findServiceByName("DataPlaneService").findMethodByName("ListLifetimes");
        DynamicMessage request = DynamicMessage.newBuilder(list.getInputType())
                .setField(list.getInputType().findFieldByName("page_size"), 5)
                .build();
        DynamicMessage page = call(
                        DATA_PLANE,
                        "ListLifetimes",
                        request,
                        DynamicMessage.getDefaultInstance(list.getOutputType()),
                        "")
                .only();
        assertFalse(page.hasField(list.getOutputType().findFieldByName("next_page_token")));
    }

    private static FileDescriptor described(String symbol) throws Exception {
        ServerReflectionResponse response = reflect(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol(symbol)
                .build());
        Map<String, FileDescriptorProto> files = new HashMap<>();
        for (ByteString file : response.getFileDescriptorResponse().getFileDescriptorProtoList()) {
            FileDescriptorProto proto = FileDescriptorProto.parseFrom(file);
            files.put(proto.getName(), proto);
        }
        return linked(symbolFile(files, symbol), files);
    }

    private static FileDescriptorProto symbolFile(Map<String, FileDescriptorProto> files, String symbol) {
        return files.values().stream()
                .filter(file -> file.getServiceList().stream()
                        .anyMatch(service -> symbol.equals(file.getPackage() + "." + service.getName())))
                .findFirst()
                .orElseThrow();
    }

    private static FileDescriptor linked(FileDescriptorProto file, Map<String, FileDescriptorProto> files)
            throws Exception {
        List<FileDescriptor> dependencies = new ArrayList<>();
        for (String name : file.getDependencyList()) {
            FileDescriptorProto known = files.get(name);
            if (known == null) {
                ServerReflectionResponse response = reflect(ServerReflectionRequest.newBuilder()
                        .setFileByFilename(name)
                        .build());
                known = FileDescriptorProto.parseFrom(
                        response.getFileDescriptorResponse().getFileDescriptorProto(0));
            }
            dependencies.add(linked(known, files));
        }
        return FileDescriptor.buildFrom(file, dependencies.toArray(FileDescriptor[]::new));
    }

    private static ServerReflectionResponse reflect(ServerReflectionRequest request) {
        return call(
                        "grpc.reflection.v1.ServerReflection",
                        "ServerReflectionInfo",
                        request,
                        ServerReflectionResponse.getDefaultInstance(),
                        "")
                .only();
    }

    /** @param authorization none when empty */
    private static <Q extends Message, R extends Message> Called<R> call(
            String service, String rpc, Q request, R response, String authorization) {
        ServiceMethod<R, Q> method = ServiceMethod.client(
                ServiceName.create(service), rpc, GrpcMessageEncoder.encoder(), GrpcMessageDecoder.decoder(response));
        return Client.await(client.request(server, method).compose(call -> {
            if (!authorization.isEmpty()) {
                call.headers().set("authorization", authorization);
            }
            call.end(request);
            return call.response().compose(GrpcIT::received).timeout(20, TimeUnit.SECONDS);
        }));
    }

    /** Whatever its status: the future of its end fails for every one but OK. */
    private static <Q, R> Future<Called<R>> received(GrpcClientResponse<Q, R> response) {
        List<R> messages = new ArrayList<>();
        Promise<Called<R>> received = Promise.promise();
        response.handler(messages::add);
        response.endHandler(ended -> received.tryComplete(new Called<>(
                response.status(), String.valueOf(response.statusMessage()), messages, details(response))));
        return received.future();
    }

    private static Status details(GrpcClientResponse<?, ?> response) {
        String encoded = response.trailers().get("grpc-status-details-bin");
        if (encoded == null) {
            encoded = response.headers().get("grpc-status-details-bin");
        }
        try {
            return encoded == null
                    ? Status.getDefaultInstance()
                    : Status.parseFrom(Base64.getDecoder().decode(encoded));
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
