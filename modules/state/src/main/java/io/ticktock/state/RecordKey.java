package io.ticktock.state;

import io.ticktock.proto.v1.ExecutionHeaders;
import java.util.UUID;

/** Identity of a record. */
public record RecordKey(String tenantId, UUID lifetimeId, UUID execId) {

    /** Throws INVALID_ARGUMENT when one is missing or not a UUID. */
    public static RecordKey of(ExecutionHeaders headers) {
        return new RecordKey(
                Checks.tenant(headers.getTenantId()),
                Checks.lifetime(headers.getLifetimeId()),
                Checks.execution(headers.getExecId()));
    }
}
