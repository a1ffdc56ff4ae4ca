package io.ticktock.guardrail;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.proto.v1.GetPolicySetRequest;
import io.ticktock.proto.v1.RegisterPolicySetRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** The policy sets that were ever in force, kept by the data plane. */
final class PolicyArchive {

    private final Bus bus;

    PolicyArchive(Bus bus) {
        this.bus = bus;
    }

    /** Succeeds once the set is durable; fails when it could not be made again from what is kept. */
    Future<Void> keep(Vertx vertx, PolicySet policies) {
        if (policies.isEmpty()) {
            return Future.succeededFuture();
        }
        String canonical = policies.canonical();
        return restored(vertx, policies.digest(), canonical)
                .compose(same -> bus.request(
                        Addresses.STATE_REGISTER_POLICY_SET,
                        RegisterPolicySetRequest.newBuilder()
                                .setDigest(policies.digest())
                                .setContent(ByteString.copyFromUtf8(canonical))
                                .build()))
                .mapEmpty();
    }

    /** The set of this digest; fails with NOT_FOUND when it was never kept. */
    Future<PolicySet> find(Vertx vertx, String digest) {
        return bus.request(
                        Addresses.STATE_GET_POLICY_SET,
                        GetPolicySetRequest.newBuilder().setDigest(digest).build())
                .compose(found -> restored(vertx, digest, found.getContent().toStringUtf8()));
    }

    private static Future<PolicySet> restored(Vertx vertx, String digest, String canonical) {
        return vertx.executeBlocking(() -> PolicySet.restore(canonical))
                .compose(policies -> policies.digest().equals(digest)
                        ? Future.succeededFuture(policies)
                        : Future.failedFuture(new Failure(
                                FailureCode.INTERNAL, "what is kept of policy set " + digest + " is another set")));
    }
}
