package io.ticktock.api.operation;

import static io.ticktock.api.operation.Operation.reading;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.GetSpendRequest;
import io.ticktock.proto.v1.GetSpendResponse;

/** Adds up what was spent. */
public final class SpendOperations {

    public final Operation<GetSpendRequest, GetSpendResponse> get;

    public SpendOperations(Bus bus) {
        this.get = reading("spend.get", (caller, request) -> bus.request(Addresses.STATE_GET_SPEND, request));
    }
}
