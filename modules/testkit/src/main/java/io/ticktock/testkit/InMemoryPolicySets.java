package io.ticktock.testkit;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.GetPolicySetRequest;
import io.ticktock.proto.v1.GetPolicySetResponse;
import io.ticktock.proto.v1.RegisterPolicySetRequest;
import io.ticktock.proto.v1.RegisterPolicySetResponse;
import io.ticktock.state.Checks;
import io.ticktock.state.Refusal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The policy sets of an {@link InMemoryStateStore}, by their digests. Guarded by its store. */
final class InMemoryPolicySets {

    private final Map<String, ByteString> contents = new HashMap<>();

    RegisterPolicySetResponse register(RegisterPolicySetRequest request) {
        Checks.policySet(request);
        return RegisterPolicySetResponse.newBuilder()
                .setCreated(contents.putIfAbsent(request.getDigest(), request.getContent()) == null)
                .build();
    }

    GetPolicySetResponse get(GetPolicySetRequest request) {
        return Optional.ofNullable(contents.get(request.getDigest()))
                .map(content ->
                        GetPolicySetResponse.newBuilder().setContent(content).build())
                .orElseThrow(() -> Refusal.noPolicySet(request.getDigest()));
    }
}
