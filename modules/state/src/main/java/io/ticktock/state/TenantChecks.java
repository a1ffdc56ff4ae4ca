package io.ticktock.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Timestamp;
import io.ticktock.proto.v1.ApiKey;
import io.ticktock.proto.v1.AppendAuditRequest;
import io.ticktock.proto.v1.AuditEntry;
import io.ticktock.proto.v1.AuditOutcome;
import io.ticktock.proto.v1.CreateApiKeyRequest;
import io.ticktock.proto.v1.ListAuditRequest;
import io.ticktock.proto.v1.Quotas;
import io.ticktock.proto.v1.Role;
import io.ticktock.proto.v1.Tenant;
import io.ticktock.proto.v1.UpdateTenantRequest;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Refuses wrong requests about tenants, keys and the audit log, in every store alike. All throw INVALID_ARGUMENT.
 *
 * <p>What a tenant may be called counts when it is created: older ones go by any name.
 */
public final class TenantChecks {

    private static final Pattern TENANT_ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int MOST_CHARACTERS = 200;
    private static final int DIGEST_BYTES = 32;
    private static final int MOST_ENTRIES = 1_000;
    private static final int MOST_ENTRY_BYTES = 16_384;
    /** Years 1 to 9999, as protobuf has them. */
    private static final long FIRST_SECOND = -62_135_596_800L;

    private static final long LAST_SECOND = 253_402_300_799L;

    private TenantChecks() {}

    public static void newTenant(Tenant tenant) {
        if (!TENANT_ID.matcher(tenant.getTenantId()).matches()) {
            throw Refusal.invalid("tenant_id must be 1 to 63 lower-case letters, digits and -, and not begin with -");
        }
        text("display_name", tenant.getDisplayName());
        text("created_by", tenant.getCreatedBy());
        quotas(tenant.getQuotas());
    }

    public static void update(UpdateTenantRequest request) {
        quotas(request.getQuotas());
        if (request.getUpdateMask().getPathsCount() == 0) {
            throw Refusal.invalid("update_mask must name at least one quota");
        }
        for (String path : request.getUpdateMask().getPathsList()) {
            if (Quotas.getDescriptor().findFieldByName(path) == null) {
                throw Refusal.invalid("there is no quota '" + path + "'");
            }
        }
    }

    private static void quotas(Quotas quotas) {
        for (FieldDescriptor field : TenantQuota.FIELDS) {
            Long value = TenantQuota.value(quotas, field);
            if (value != null && value < 1) {
                throw Refusal.invalid("quota " + field.getName() + " must be at least 1, not " + value);
            }
        }
    }

    /** Without looking for its tenant. */
    public static void newKey(CreateApiKeyRequest request) {
        ApiKey key = request.getKey();
        Checks.tenant(key.getTenantId());
        if (!isKeyId(key.getKeyId())) {
            throw Refusal.invalid("key_id must be 1 to 64 letters, digits, - and _");
        }
        text("display_name", key.getDisplayName());
        text("created_by", key.getCreatedBy());
        roles(key.getRolesList());
        digest(request.getSecretDigest());
        if (key.hasRevokedAt() || !key.getRevokedBy().isEmpty()) {
            throw Refusal.invalid("revoked_at and revoked_by must not be set in a new key");
        }
    }

    /** No key has an id that is none. */
    public static boolean isKeyId(String keyId) {
        return KEY_ID.matcher(keyId).matches();
    }

    public static void actor(String actor) {
        text("actor", actor);
    }

    public static void entries(AppendAuditRequest request) {
        Checks.atMost("entries", request.getEntriesCount(), MOST_ENTRIES);
        request.getEntriesList().forEach(TenantChecks::entry);
    }

    public static void span(ListAuditRequest request) {
        time("since", request.getSince());
        time("until", request.getUntil());
        Checks.timeSpan(request.getSince(), request.getUntil());
    }

    private static void entry(AuditEntry entry) {
        Checks.entry(entry.getEntryId());
        text("tenant_id", entry.getTenantId());
        if (!entry.hasTime() || entry.getAction().isEmpty()) {
            throw Refusal.invalid("time and action of an audit entry must not be missing");
        }
        if (entry.getOutcome() == AuditOutcome.AUDIT_OUTCOME_UNSPECIFIED) {
            throw Refusal.invalid("outcome of an audit entry must be done, denied or failed");
        }
        time("time", entry.getTime());
        if (entry.getSerializedSize() > MOST_ENTRY_BYTES) {
            throw Refusal.invalid("an audit entry must be at most " + MOST_ENTRY_BYTES + " bytes long, not "
                    + entry.getSerializedSize());
        }
    }

    private static void roles(List<Role> roles) {
        Set<Role> known = EnumSet.complementOf(EnumSet.of(Role.ROLE_UNSPECIFIED, Role.UNRECOGNIZED));
        if (roles.isEmpty() || !known.containsAll(roles) || Set.copyOf(roles).size() < roles.size()) {
            throw Refusal.invalid(
                    "roles must be at least one of admin, operator, author, worker and reader, each once");
        }
    }

    private static void digest(ByteString digest) {
        if (digest.size() != DIGEST_BYTES) {
            throw Refusal.invalid("secret_digest must be " + DIGEST_BYTES + " bytes long, not " + digest.size());
        }
    }

    private static void text(String field, String text) {
        int characters = text.codePointCount(0, text.length());
        if (characters > MOST_CHARACTERS) {
            throw Refusal.invalid(field + " must be at most " + MOST_CHARACTERS + " characters, not " + characters);
        }
        if (text.indexOf('\0') >= 0) {
            throw Refusal.invalid(field + " must not contain the character U+0000");
        }
    }

    private static void time(String field, Timestamp time) {
        boolean isInRange = time.getSeconds() >= FIRST_SECOND && time.getSeconds() <= LAST_SECOND;
        if (!isInRange || time.getNanos() < 0 || time.getNanos() > 999_999_999) {
            throw Refusal.invalid(field + " must be in the years 1 to 9999");
        }
    }
}
