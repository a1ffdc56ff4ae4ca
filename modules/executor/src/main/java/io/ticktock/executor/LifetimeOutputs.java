package io.ticktock.executor;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.GetOutputRequest;
import io.ticktock.proto.v1.GetOutputResponse;
import io.ticktock.proto.v1.OutputReference;
import io.ticktock.sdk.Value;
import io.vertx.core.Future;
import java.util.List;

/** Reads what a lifetime left behind at its end. */
final class LifetimeOutputs {

    private final Bus bus;
    private final Repeater repeater;
    private final PayloadReader payloads;

    LifetimeOutputs(Bus bus, Repeater repeater, PayloadReader payloads) {
        this.bus = bus;
        this.repeater = repeater;
        this.payloads = payloads;
    }

    Future<Value> output(String tenantId, OutputReference reference) {
        GetOutputRequest request = GetOutputRequest.newBuilder()
                .setTenantId(tenantId)
                .setOutput(reference)
                .build();
        return repeater.repeat(() -> bus.request(Addresses.STATE_GET_OUTPUT, request), () -> true)
                .compose(reply -> value(tenantId, reply));
    }

    /** A list when it is what arrived at a join, also when one branch did. */
    private Future<Value> value(String tenantId, GetOutputResponse reply) {
        if (reply.hasOutput()) {
            return payloads.read(tenantId, List.of(reply.getOutput())).map(values -> values.get(0));
        }
        return payloads.read(tenantId, reply.getJoinedList()).map(Value::list);
    }
}
