package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.GetPolicySetRequest;
import io.ticktock.proto.v1.RegisterPolicySetRequest;
import io.ticktock.state.StateStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store does with policy sets. */
public abstract class PolicySetContract {

    private StateStore store;

    protected abstract StateStore open();

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        result(store.close());
    }

    @Test
    void aPolicySetIsRegisteredOnceAndNeverChanges() {
        assertTrue(result(store.registerPolicySet(set("d1", "one"))).getCreated());
        assertFalse(result(store.registerPolicySet(set("d1", "one"))).getCreated());
        assertFalse(result(store.registerPolicySet(set("d1", "other"))).getCreated());

        assertEquals(
                ByteString.copyFromUtf8("one"),
                result(store.getPolicySet(get("d1"))).getContent());
    }

    @Test
    void anUnknownPolicySetIsNotThere() {
        assertEquals(
                FailureCode.NOT_FOUND, failure(store.getPolicySet(get("none"))).code());
    }

    @Test
    void aPolicySetHasADigestAndContent() {
        for (RegisterPolicySetRequest lacking : new RegisterPolicySetRequest[] {set("", "one"), set("d2", "")}) {
            assertEquals(
                    FailureCode.INVALID_ARGUMENT,
                    failure(store.registerPolicySet(lacking)).code());
        }
    }

    private static RegisterPolicySetRequest set(String digest, String content) {
        return RegisterPolicySetRequest.newBuilder()
                .setDigest(digest)
                .setContent(ByteString.copyFromUtf8(content))
                .build();
    }

    private static GetPolicySetRequest get(String digest) {
        return GetPolicySetRequest.newBuilder().setDigest(digest).build();
    }
}
