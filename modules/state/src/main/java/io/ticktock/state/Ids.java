package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ExecutionHeaders;
import java.util.UUID;

/** Checks the identities in a request before anything is done with it. */
final class Ids {

    private Ids() {}

    static String tenant(String tenantId) {
        if (tenantId.isEmpty()) {
            throw new Failure(FailureCode.INVALID_ARGUMENT, "tenant_id is missing");
        }
        return tenantId;
    }

    static UUID lifetime(String lifetimeId) {
        return uuid("lifetime_id", lifetimeId);
    }

    static UUID execution(String execId) {
        return uuid("exec_id", execId);
    }

    static void check(ExecutionHeaders headers) {
        tenant(headers.getTenantId());
        lifetime(headers.getLifetimeId());
        execution(headers.getExecId());
    }

    private static UUID uuid(String field, String text) {
        try {
            if (text.length() == 36) {
                return UUID.fromString(text);
            }
        } catch (IllegalArgumentException e) {
            throw notUuid(field, e);
        }
        throw notUuid(field, null);
    }

    private static Failure notUuid(String field, IllegalArgumentException cause) {
        return new Failure(FailureCode.INVALID_ARGUMENT, field + " must be a UUID in its 36-character form", cause);
    }
}
