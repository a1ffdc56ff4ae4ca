package io.ticktock.api.worker;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.ReturnTasksRequest;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives attempts back to executors, for other workers to have. */
final class Returns {

    private static final Logger LOG = LoggerFactory.getLogger(Returns.class);

    private final Bus bus;
    private final String gatewayId;

    Returns(Bus bus, String gatewayId) {
        this.bus = bus;
        this.gatewayId = gatewayId;
    }

    /**
     * Gives attempts back to their executor. Should that not arrive, the executor misses this gateway, or this gateway the
     * executor, before long.
     *
     * @param untouched no worker has got to know of them
     */
    void giveBack(String executorId, String tenantId, List<String> execIds, boolean untouched) {
        ReturnTasksRequest request = ReturnTasksRequest.newBuilder()
                .setGatewayId(gatewayId)
                .setTenantId(tenantId)
                .addAllExecIds(execIds)
                .setUntouched(untouched)
                .build();
        bus.request(Addresses.EXECUTOR_RETURN_TASKS.at(executorId), request)
                .onFailure(
                        cause -> LOG.warn("{} attempts were not given back: {}", execIds.size(), cause.getMessage()));
    }
}
