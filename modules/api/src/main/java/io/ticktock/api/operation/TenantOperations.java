package io.ticktock.api.operation;

import static io.ticktock.api.operation.Operation.administering;

import io.ticktock.api.access.ApiKeyToken;
import io.ticktock.api.access.Caller;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.CreateApiKeyRequest;
import io.ticktock.proto.v1.CreateTenantRequest;
import io.ticktock.proto.v1.CreateTenantResponse;
import io.ticktock.proto.v1.GetTenantRequest;
import io.ticktock.proto.v1.GetTenantResponse;
import io.ticktock.proto.v1.IssueApiKeyRequest;
import io.ticktock.proto.v1.IssueApiKeyResponse;
import io.ticktock.proto.v1.ListApiKeysRequest;
import io.ticktock.proto.v1.ListApiKeysResponse;
import io.ticktock.proto.v1.ListAuditRequest;
import io.ticktock.proto.v1.ListAuditResponse;
import io.ticktock.proto.v1.ListTenantsRequest;
import io.ticktock.proto.v1.ListTenantsResponse;
import io.ticktock.proto.v1.RevokeApiKeyRequest;
import io.ticktock.proto.v1.RevokeApiKeyResponse;
import io.ticktock.proto.v1.UpdateTenantRequest;
import io.ticktock.proto.v1.UpdateTenantResponse;
import io.vertx.core.Future;
import java.util.function.Supplier;

/** Administers tenants and their keys: an administrator those of the own tenant, one of the operating tenant all. */
public final class TenantOperations {

    private static final String NOTHING = "";

    private final Bus bus;

    public final Operation<CreateTenantRequest, CreateTenantResponse> create;
    public final Operation<GetTenantRequest, GetTenantResponse> get;
    public final Operation<ListTenantsRequest, ListTenantsResponse> list;
    public final Operation<UpdateTenantRequest, UpdateTenantResponse> update;
    public final Operation<IssueApiKeyRequest, IssueApiKeyResponse> createKey;
    public final Operation<ListApiKeysRequest, ListApiKeysResponse> listKeys;
    public final Operation<RevokeApiKeyRequest, RevokeApiKeyResponse> revokeKey;
    public final Operation<ListAuditRequest, ListAuditResponse> audit;

    public TenantOperations(Bus bus) {
        this.bus = bus;
        this.create = administering(
                "tenants.create", request -> "tenants/" + request.getTenant().getTenantId(), this::create);
        this.get = administering(
                "tenants.get",
                request -> NOTHING,
                (caller, request) ->
                        within(caller, request.getTenantId(), () -> bus.request(Addresses.STATE_GET_TENANT, request)));
        this.list = administering("tenants.list", request -> NOTHING, this::list);
        this.update = administering("tenants.update", request -> "tenants/" + request.getTenantId(), this::update);
        this.createKey =
                administering("keys.create", request -> keys(request.getKey().getTenantId()), this::createKey);
        this.listKeys = administering(
                "keys.list",
                request -> NOTHING,
                (caller, request) -> within(
                        caller, request.getTenantId(), () -> bus.request(Addresses.STATE_LIST_API_KEYS, request)));
        this.revokeKey = administering(
                "keys.revoke", request -> keys(request.getTenantId()) + "/" + request.getKeyId(), this::revokeKey);
        this.audit = administering("audit.list", request -> NOTHING, this::audit);
    }

    private static String keys(String tenantId) {
        return "tenants/" + tenantId + "/keys";
    }

    private Future<CreateTenantResponse> create(Caller caller, CreateTenantRequest asked) {
        if (!caller.administersSystem()) {
            return Future.failedFuture(ofOperatingTenant());
        }
        CreateTenantRequest request = CreateTenantRequest.newBuilder()
                .setTenant(asked.getTenant().toBuilder().setCreatedBy(caller.actor()))
                .build();
        return bus.request(Addresses.STATE_CREATE_TENANT, request);
    }

    /** Whoever administers one tenant only could otherwise give it what is everybody's. */
    private Future<UpdateTenantResponse> update(Caller caller, UpdateTenantRequest request) {
        return within(
                caller,
                request.getTenantId(),
                () -> caller.administersSystem()
                        ? bus.request(Addresses.STATE_UPDATE_TENANT, request)
                        : Future.failedFuture(ofOperatingTenant()));
    }

    private Future<ListTenantsResponse> list(Caller caller, ListTenantsRequest request) {
        return caller.administersSystem()
                ? bus.request(Addresses.STATE_LIST_TENANTS, request)
                : Future.failedFuture(ofOperatingTenant());
    }

    private Future<IssueApiKeyResponse> createKey(Caller caller, IssueApiKeyRequest asked) {
        ApiKeyToken token = ApiKeyToken.random();
        CreateApiKeyRequest request = CreateApiKeyRequest.newBuilder()
                .setKey(asked.getKey().toBuilder().setKeyId(token.keyId()).setCreatedBy(caller.actor()))
                .setSecretDigest(token.digest())
                .build();
        return within(
                caller,
                request.getKey().getTenantId(),
                () -> bus.request(Addresses.STATE_CREATE_API_KEY, request)
                        .map(response -> IssueApiKeyResponse.newBuilder()
                                .setKey(response.getKey())
                                .setText(token.text())
                                .build()));
    }

    private Future<RevokeApiKeyResponse> revokeKey(Caller caller, RevokeApiKeyRequest asked) {
        RevokeApiKeyRequest request = asked.toBuilder().setActor(caller.actor()).build();
        return within(caller, request.getTenantId(), () -> bus.request(Addresses.STATE_REVOKE_API_KEY, request));
    }

    /** Of the own tenant, unless one of the operating tenant names another, or none for all. */
    private Future<ListAuditResponse> audit(Caller caller, ListAuditRequest asked) {
        ListAuditRequest request = caller.administersSystem()
                ? asked
                : asked.toBuilder().setTenantId(caller.tenantId()).build();
        return bus.request(Addresses.STATE_LIST_AUDIT, request);
    }

    /** Another tenant is as if it were not there. */
    private static <R> Future<R> within(Caller caller, String tenantId, Supplier<Future<R>> work) {
        return caller.administersSystem() || caller.tenantId().equals(tenantId)
                ? work.get()
                : Future.failedFuture(new Failure(FailureCode.NOT_FOUND, "there is no such tenant"));
    }

    private static Failure ofOperatingTenant() {
        return new Failure(
                FailureCode.PERMISSION_DENIED,
                "tenants are created, listed and given quotas by administrators of the tenant '"
                        + Caller.OPERATING_TENANT + "'");
    }
}
