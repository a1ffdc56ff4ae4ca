package io.ticktock.state;

import io.ticktock.proto.v1.ExecutionHeaders;
import java.util.UUID;

/** Identity of a record. */
record RecordKey(String tenantId, UUID lifetimeId, UUID execId) {

    /** Throws INVALID_ARGUMENT when one is missing or not a UUID. */
    static RecordKey of(ExecutionHeaders headers) {
        return new RecordKey(
                Ids.tenant(headers.getTenantId()),
                Ids.lifetime(headers.getLifetimeId()),
                Ids.execution(headers.getExecId()));
    }
}
