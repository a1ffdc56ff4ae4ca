package io.ticktock.api.operation;

import static io.ticktock.api.operation.Operation.reading;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.ListPoliciesRequest;
import io.ticktock.proto.v1.ListPoliciesResponse;

/** Tells which limits there are. */
public final class PolicyOperations {

    public final Operation<ListPoliciesRequest, ListPoliciesResponse> list;

    public PolicyOperations(Bus bus) {
        this.list =
                reading("policies.list", (caller, request) -> bus.request(Addresses.GUARDRAIL_LIST_POLICIES, request));
    }
}
