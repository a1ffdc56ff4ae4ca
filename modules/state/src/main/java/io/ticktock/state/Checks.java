package io.ticktock.state;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.Failure;
import io.ticktock.bus.Lineage;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.GrantBudgetRequest;
import io.ticktock.proto.v1.HoldShardsRequest;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.RegisterPolicySetRequest;
import java.util.List;
import java.util.UUID;

/** Refuses wrong requests before anything is done, in every store alike. All throw INVALID_ARGUMENT. */
public final class Checks {

    private static final int MOST_IDS = 10_000;
    static final long LONGEST_LEASE_MS = 300_000;
    private static final int UUID_LENGTH = 36;

    private Checks() {}

    public static String tenant(String tenantId) {
        if (tenantId.isEmpty()) {
            throw Refusal.invalid("tenant_id is missing");
        }
        return tenantId;
    }

    public static UUID lifetime(String lifetimeId) {
        return uuid("lifetime_id", lifetimeId);
    }

    public static UUID execution(String execId) {
        return uuid("exec_id", execId);
    }

    public static UUID entry(String entryId) {
        return uuid("entry_id", entryId);
    }

    public static UUID webhook(String webhookId) {
        return uuid("webhook_id", webhookId);
    }

    /** Bounds how much one request may ask for. */
    public static void atMost(String field, int count) {
        atMost(field, count, MOST_IDS);
    }

    public static void atMost(String field, int count, int most) {
        if (count > most) {
            throw Refusal.invalid(field + " must be at most " + most + ", not " + count);
        }
    }

    public static void start(LifetimeDecision decision) {
        if (!decision.hasHead() || decision.getEventsCount() == 0) {
            throw Refusal.invalid("decision of a new lifetime must have a head and its first events");
        }
    }

    /** Bounds how many forks of forks there may be, one of the other. */
    public static void lineage(List<String> lifetimeIds) {
        atMost("lineage", lifetimeIds.size(), Lineage.MOST_ANCESTORS);
        lifetimeIds.forEach(Checks::lifetime);
    }

    public static void policySet(RegisterPolicySetRequest request) {
        if (request.getDigest().isEmpty() || request.getContent().isEmpty()) {
            throw Refusal.invalid("digest and content of a policy set must not be empty");
        }
    }

    public static void lease(HoldShardsRequest request) {
        if (request.getOwnerId().isEmpty()) {
            throw Refusal.invalid("owner_id is missing");
        }
        if (request.getLeaseMs() < 1 || request.getLeaseMs() > LONGEST_LEASE_MS) {
            throw Refusal.invalid("lease_ms must be 1 to " + LONGEST_LEASE_MS + ", not " + request.getLeaseMs());
        }
    }

    /** The database has no text with this character; so nothing has it. */
    static void text(String field, String text) {
        if (text.indexOf('\0') >= 0) {
            throw Refusal.invalid(field + " must not have the character U+0000");
        }
    }

    static void inOrder(String first, Timestamp begin, String second, Timestamp end) {
        if (!ProtoTime.instant(begin).isBefore(ProtoTime.instant(end))) {
            throw Refusal.invalid(first + " must be before " + second);
        }
    }

    /** Of a span of time whose ends may both be unset. */
    public static void timeSpan(Timestamp since, Timestamp until) {
        boolean isOpen = since.equals(Timestamp.getDefaultInstance()) || until.equals(Timestamp.getDefaultInstance());
        if (!isOpen) {
            inOrder("since", since, "until", until);
        }
    }

    public static void grant(GrantBudgetRequest request) {
        tenant(request.getTenantId());
        if (request.getBudget().isEmpty() || request.getSliceId().isEmpty()) {
            throw Refusal.invalid("budget and slice_id must not be empty");
        }
        if (!request.hasBucket() || !request.hasFirstBucket()) {
            throw Refusal.invalid("bucket and first_bucket are missing");
        }
        if (request.getLimit() < 0 || request.getNeeded() < 0 || request.getWanted() < request.getNeeded()) {
            throw Refusal.invalid("limit and needed must not be negative, and wanted not less than needed");
        }
    }

    private static UUID uuid(String field, String text) {
        // The parser takes shorter forms, which would be other ids as text.
        if (text.length() == UUID_LENGTH) {
            try {
                return UUID.fromString(text);
            } catch (IllegalArgumentException e) {
                throw notUuid(field);
            }
        }
        throw notUuid(field);
    }

    private static Failure notUuid(String field) {
        return Refusal.invalid(field + " must be a UUID in its 36-character form");
    }
}
