package io.ticktock.api.operation;

import static io.ticktock.api.operation.Operation.reading;

import io.ticktock.api.access.Caller;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.GetSpendRequest;
import io.ticktock.proto.v1.GetSpendResponse;
import io.ticktock.proto.v1.SpendGrouping;

/** Adds up what was spent. */
public final class SpendOperations {

    public final Operation<GetSpendRequest, GetSpendResponse> get;

    public SpendOperations(Bus bus) {
        this.get = reading(
                "spend.get", (caller, request) -> bus.request(Addresses.STATE_GET_SPEND, seen(caller, request)));
    }

    /** By tenant, who operates the system sees all of them; others see their own. */
    private static GetSpendRequest seen(Caller caller, GetSpendRequest request) {
        return caller.administersSystem() && request.getBy() == SpendGrouping.SPEND_GROUPING_TENANT
                ? request.toBuilder().clearTenantId().build()
                : request;
    }
}
