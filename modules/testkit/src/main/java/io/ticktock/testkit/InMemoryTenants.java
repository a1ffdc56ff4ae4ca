package io.ticktock.testkit;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.*;
import io.ticktock.state.Checks;
import io.ticktock.state.Pages;
import io.ticktock.state.Refusal;
import io.ticktock.state.TenantChecks;
import io.ticktock.state.TenantQuota;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Tenants and their keys. Guarded by its store. */
final class InMemoryTenants {

    private record StoredKey(ApiKey key, ByteString secretDigest) {}

    private final InstantSource clock;
    private final TreeMap<String, Tenant> tenants = new TreeMap<>();
    private final TreeMap<String, StoredKey> keys = new TreeMap<>();

    InMemoryTenants(InstantSource clock) {
        this.clock = clock;
        tenants.put(
                "default",
                Tenant.newBuilder().setTenantId("default").setCreatedAt(now()).build());
    }

    CreateTenantResponse create(CreateTenantRequest request) {
        TenantChecks.newTenant(request.getTenant());
        String tenantId = request.getTenant().getTenantId();
        Tenant there = tenants.computeIfAbsent(
                tenantId,
                id -> request.getTenant().toBuilder().setCreatedAt(now()).build());
        Tenant asThere = request.getTenant().toBuilder()
                .setCreatedAt(there.getCreatedAt())
                .build();
        if (!asThere.equals(there)) {
            throw Refusal.otherTenant(tenantId);
        }
        return CreateTenantResponse.newBuilder().setTenant(there).build();
    }

    GetTenantResponse get(GetTenantRequest request) {
        return GetTenantResponse.newBuilder()
                .setTenant(require(request.getTenantId()))
                .build();
    }

    ListTenantsResponse list(ListTenantsRequest request) {
        ListTenantsRequest list =
                request.toBuilder().clearPageSize().clearPageToken().build();
        int size = Pages.size(request.getPageSize());
        String after = Pages.place(list, request.getPageToken()).orElse("");
        List<Tenant> page =
                tenants.tailMap(after, false).values().stream().limit(size).toList();
        ListTenantsResponse.Builder response = ListTenantsResponse.newBuilder().addAllTenants(page);
        if (page.size() == size) {
            response.setNextPageToken(Pages.token(list, page.get(size - 1).getTenantId()));
        }
        return response.build();
    }

    UpdateTenantResponse update(UpdateTenantRequest request) {
        Tenant there = require(request.getTenantId());
        TenantChecks.update(request);
        Quotas quotas = TenantQuota.updated(there.getQuotas(), request.getQuotas(), request.getUpdateMask());
        Tenant updated = quotas.equals(Quotas.getDefaultInstance())
                ? there.toBuilder().clearQuotas().build()
                : there.toBuilder().setQuotas(quotas).build();
        tenants.put(request.getTenantId(), updated);
        return UpdateTenantResponse.newBuilder().setTenant(updated).build();
    }

    /** None when there is no such tenant. */
    Quotas quotas(String tenantId) {
        Checks.tenant(tenantId);
        return tenants.getOrDefault(tenantId, Tenant.getDefaultInstance()).getQuotas();
    }

    CreateApiKeyResponse createKey(CreateApiKeyRequest request) {
        TenantChecks.newKey(request);
        require(request.getKey().getTenantId());
        ApiKey asked = request.getKey().toBuilder().clearCreatedAt().build();
        StoredKey there = keys.computeIfAbsent(
                asked.getKeyId(),
                id -> new StoredKey(asked.toBuilder().setCreatedAt(now()).build(), request.getSecretDigest()));
        ApiKey asNew = there.key.toBuilder()
                .clearCreatedAt()
                .clearRevokedAt()
                .clearRevokedBy()
                .build();
        if (!asNew.equals(asked) || !there.secretDigest.equals(request.getSecretDigest())) {
            throw Refusal.otherApiKey(asked.getKeyId());
        }
        return CreateApiKeyResponse.newBuilder().setKey(there.key).build();
    }

    ListApiKeysResponse listKeys(ListApiKeysRequest request) {
        ListApiKeysRequest list =
                request.toBuilder().clearPageSize().clearPageToken().build();
        int size = Pages.size(request.getPageSize());
        String after = Pages.place(list, request.getPageToken()).orElse("");
        require(request.getTenantId());
        List<ApiKey> page = keys.tailMap(after, false).values().stream()
                .map(StoredKey::key)
                .filter(key -> key.getTenantId().equals(request.getTenantId()))
                .limit(size)
                .toList();
        ListApiKeysResponse.Builder response = ListApiKeysResponse.newBuilder().addAllKeys(page);
        if (page.size() == size) {
            response.setNextPageToken(Pages.token(list, page.get(size - 1).getKeyId()));
        }
        return response.build();
    }

    RevokeApiKeyResponse revokeKey(RevokeApiKeyRequest request) {
        Checks.tenant(request.getTenantId());
        TenantChecks.actor(request.getActor());
        StoredKey there = Optional.ofNullable(keys.get(request.getKeyId()))
                .filter(found -> found.key.getTenantId().equals(request.getTenantId()))
                .orElseThrow(() -> Refusal.noApiKey(request.getKeyId()));
        if (there.key.hasRevokedAt()) {
            return RevokeApiKeyResponse.newBuilder().setKey(there.key).build();
        }
        ApiKey revoked = there.key.toBuilder()
                .setRevokedAt(now())
                .setRevokedBy(request.getActor())
                .build();
        keys.put(request.getKeyId(), new StoredKey(revoked, there.secretDigest));
        return RevokeApiKeyResponse.newBuilder().setKey(revoked).build();
    }

    FindApiKeyResponse findKey(FindApiKeyRequest request) {
        return Optional.ofNullable(keys.get(request.getKeyId()))
                .map(found -> FindApiKeyResponse.newBuilder()
                        .setKey(found.key)
                        .setSecretDigest(found.secretDigest)
                        .build())
                .orElse(FindApiKeyResponse.getDefaultInstance());
    }

    private Tenant require(String tenantId) {
        Checks.tenant(tenantId);
        return Optional.ofNullable(tenants.get(tenantId)).orElseThrow(() -> Refusal.noTenant(tenantId));
    }

    private Timestamp now() {
        return ProtoTime.timestamp(clock.instant());
    }
}
