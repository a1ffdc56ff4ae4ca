package io.ticktock.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.api.operation.TenantOperations;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.ApiKey;
import io.ticktock.proto.v1.AuditEntry;
import io.ticktock.proto.v1.CreateTenantRequest;
import io.ticktock.proto.v1.GetTenantRequest;
import io.ticktock.proto.v1.IssueApiKeyRequest;
import io.ticktock.proto.v1.ListApiKeysRequest;
import io.ticktock.proto.v1.ListAuditRequest;
import io.ticktock.proto.v1.ListTenantsRequest;
import io.ticktock.proto.v1.Quotas;
import io.ticktock.proto.v1.RevokeApiKeyRequest;
import io.ticktock.proto.v1.Role;
import io.ticktock.proto.v1.Tenant;
import io.ticktock.proto.v1.UpdateTenantRequest;
import io.vertx.core.Future;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Routes of tenants, their keys, and the audit log. */
final class TenantRoutes {

    private static final String TENANTS = "/v1/tenants";
    private static final String ROLE = "ROLE_";

    private final TenantOperations tenants;

    TenantRoutes(TenantOperations tenants) {
        this.tenants = tenants;
    }

    List<HttpRoute> routes() {
        return List.of(
                HttpRoute.post(TENANTS, "Creates a tenant.", this::create),
                HttpRoute.get(TENANTS, "Lists tenants.", this::list),
                HttpRoute.get(TENANTS + "/{id}", "Shows a tenant.", this::get),
                HttpRoute.patch(TENANTS + "/{id}", "Changes the quotas of a tenant.", this::update),
                HttpRoute.post(TENANTS + "/{id}/keys", "Makes a key; its text is told this once.", this::createKey),
                HttpRoute.get(
                        TENANTS + "/{id}/keys", "Lists the keys of a tenant, without their secrets.", this::listKeys),
                HttpRoute.post(TENANTS + "/{id}/keys/{key}:revoke", "Ends a key, within 10 s.", this::revokeKey),
                HttpRoute.get("/v1/audit", "Lists changes and denials, newest first.", this::audit));
    }

    private Future<HttpAnswer> create(HttpCall call) {
        JsonBody body = call.json("tenant_id", "display_name", "quotas");
        Tenant.Builder tenant = Tenant.newBuilder()
                .setTenantId(body.requiredText("tenant_id"))
                .setDisplayName(body.text("display_name").orElse(""));
        body.value("quotas")
                .map(QuotaJson::changes)
                .filter(quotas -> !quotas.values().equals(Quotas.getDefaultInstance()))
                .ifPresent(quotas -> tenant.setQuotas(quotas.values()));
        return call.perform(
                        tenants.create,
                        CreateTenantRequest.newBuilder().setTenant(tenant).build())
                .map(created -> HttpAnswer.created(
                        json(created.getTenant()),
                        TENANTS + "/" + created.getTenant().getTenantId()));
    }

    private Future<HttpAnswer> list(HttpCall call) {
        call.requireQuery(JsonPage.SIZE, JsonPage.TOKEN);
        ListTenantsRequest request = ListTenantsRequest.newBuilder()
                .setPageSize(call.pageSize())
                .setPageToken(call.pageToken())
                .build();
        return call.perform(tenants.list, request)
                .map(page ->
                        JsonPage.of("tenants", page.getTenantsList(), TenantRoutes::json, page.getNextPageToken()));
    }

    private Future<HttpAnswer> get(HttpCall call) {
        call.requireQuery();
        GetTenantRequest request =
                GetTenantRequest.newBuilder().setTenantId(call.path("id")).build();
        return call.perform(tenants.get, request).map(found -> HttpAnswer.ok(json(found.getTenant())));
    }

    private Future<HttpAnswer> update(HttpCall call) {
        call.requireQuery();
        QuotaJson.Changes changes = call.json("quotas")
                .value("quotas")
                .map(QuotaJson::changes)
                .orElseThrow(() -> JsonBody.invalid("'quotas' is missing, such as {\"starts_per_second\": 100}"));
        UpdateTenantRequest request = UpdateTenantRequest.newBuilder()
                .setTenantId(call.path("id"))
                .setQuotas(changes.values())
                .setUpdateMask(changes.mask())
                .build();
        return call.perform(tenants.update, request).map(updated -> HttpAnswer.ok(json(updated.getTenant())));
    }

    private static ObjectNode json(Tenant tenant) {
        ObjectNode json = JsonText.object();
        json.put("tenant_id", tenant.getTenantId());
        json.put("display_name", tenant.getDisplayName());
        json.put("created_at", LifetimeJson.time(tenant.getCreatedAt()));
        json.put("created_by", tenant.getCreatedBy());
        json.set("quotas", QuotaJson.of(tenant.getQuotas()));
        return json;
    }

    private Future<HttpAnswer> createKey(HttpCall call) {
        JsonBody body = call.json("roles", "display_name");
        ApiKey.Builder key = ApiKey.newBuilder()
                .setTenantId(call.path("id"))
                .setDisplayName(body.text("display_name").orElse(""));
        body.list("roles").stream().map(TenantRoutes::role).distinct().forEach(key::addRoles);
        if (key.getRolesCount() == 0) {
            throw JsonBody.invalid("'roles' is missing, such as [\"operator\"]");
        }
        return call.perform(
                        tenants.createKey,
                        IssueApiKeyRequest.newBuilder().setKey(key).build())
                .map(issued -> {
                    ObjectNode json = json(issued.getKey());
                    json.put("key", issued.getText());
                    return HttpAnswer.created(
                                    json,
                                    TENANTS + "/" + call.path("id") + "/keys/"
                                            + issued.getKey().getKeyId())
                            .with("Cache-Control", "no-store");
                });
    }

    private static Role role(String word) {
        return Optional.of(word)
                .filter(text -> text.equals(text.toLowerCase(Locale.ROOT)))
                .map(text -> Role.getDescriptor().findValueByName(ROLE + text.toUpperCase(Locale.ROOT)))
                .filter(value -> value.getNumber() != Role.ROLE_UNSPECIFIED_VALUE)
                .map(Role::valueOf)
                .orElseThrow(() -> JsonBody.invalid(
                        "there is no role '" + word + "'; the roles are admin, operator, author, worker, reader"));
    }

    private Future<HttpAnswer> listKeys(HttpCall call) {
        call.requireQuery(JsonPage.SIZE, JsonPage.TOKEN);
        ListApiKeysRequest request = ListApiKeysRequest.newBuilder()
                .setTenantId(call.path("id"))
                .setPageSize(call.pageSize())
                .setPageToken(call.pageToken())
                .build();
        return call.perform(tenants.listKeys, request)
                .map(page -> JsonPage.of("keys", page.getKeysList(), TenantRoutes::json, page.getNextPageToken()));
    }

    private Future<HttpAnswer> revokeKey(HttpCall call) {
        call.json();
        RevokeApiKeyRequest request = RevokeApiKeyRequest.newBuilder()
                .setTenantId(call.path("id"))
                .setKeyId(call.path("key"))
                .build();
        return call.perform(tenants.revokeKey, request).map(revoked -> HttpAnswer.ok(json(revoked.getKey())));
    }

    private static ObjectNode json(ApiKey key) {
        ObjectNode json = JsonText.object();
        json.put("tenant_id", key.getTenantId());
        json.put("key_id", key.getKeyId());
        ArrayNode roles = json.putArray("roles");
        key.getRolesList()
                .forEach(role -> roles.add(role.name().substring(ROLE.length()).toLowerCase(Locale.ROOT)));
        json.put("display_name", key.getDisplayName());
        json.put("created_at", LifetimeJson.time(key.getCreatedAt()));
        json.put("created_by", key.getCreatedBy());
        json.put("revoked_at", key.hasRevokedAt() ? LifetimeJson.time(key.getRevokedAt()) : null);
        return json;
    }

    private Future<HttpAnswer> audit(HttpCall call) {
        call.requireQuery("tenant", "since", "until", JsonPage.SIZE, JsonPage.TOKEN);
        ListAuditRequest.Builder request = ListAuditRequest.newBuilder()
                .setTenantId(call.query("tenant").orElse(""))
                .setPageSize(call.pageSize())
                .setPageToken(call.pageToken());
        call.time("since").map(ProtoTime::timestamp).ifPresent(request::setSince);
        call.time("until").map(ProtoTime::timestamp).ifPresent(request::setUntil);
        return call.perform(tenants.audit, request.build())
                .map(page ->
                        JsonPage.of("entries", page.getEntriesList(), TenantRoutes::json, page.getNextPageToken()));
    }

    private static ObjectNode json(AuditEntry entry) {
        ObjectNode json = JsonText.object();
        json.put("entry_id", entry.getEntryId());
        json.put("time", LifetimeJson.time(entry.getTime()));
        json.put("tenant_id", entry.getTenantId());
        json.put("actor", entry.getActor());
        json.put("action", entry.getAction());
        json.put("resource", entry.getResource());
        json.put(
                "outcome",
                entry.getOutcome().name().substring("AUDIT_OUTCOME_".length()).toLowerCase(Locale.ROOT));
        json.put("reason", entry.getReason());
        json.put("remote_address", entry.getRemoteAddress());
        return json;
    }
}
