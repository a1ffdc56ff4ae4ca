package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.ExecutionKey;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.FindExecutionsRequest;
import io.vertx.core.Future;
import java.util.List;

/** Looks in the tables for records of attempts that no reference may have announced. */
final class RecordFinder {

    private final Bus bus;

    RecordFinder(Bus bus) {
        this.bus = bus;
    }

    Future<List<ExecutionReference>> find(List<ExecutionKey> keys) {
        if (keys.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return bus.request(
                        Addresses.STATE_FIND_EXECUTIONS,
                        FindExecutionsRequest.newBuilder().addAllKeys(keys).build())
                .map(response -> List.copyOf(response.getExecutionsList()));
    }

    static ExecutionKey key(Resident resident, String execId) {
        return ExecutionKey.newBuilder()
                .setTenantId(resident.state.tenantId())
                .setLifetimeId(resident.state.lifetimeId())
                .setExecId(execId)
                .build();
    }
}
