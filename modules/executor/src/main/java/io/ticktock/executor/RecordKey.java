package io.ticktock.executor;

import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.LifetimeKey;

/** Names a record that is read for a lifetime: its own, or one that it inherited. */
record RecordKey(LifetimeKey lifetime, String execId) {

    static RecordKey of(ExecutionHeaders headers) {
        return new RecordKey(lifetimeOf(headers), headers.getExecId());
    }

    static LifetimeKey lifetimeOf(ExecutionHeaders headers) {
        return LifetimeKey.newBuilder()
                .setTenantId(headers.getTenantId())
                .setLifetimeId(headers.getLifetimeId())
                .build();
    }
}
