package io.ticktock.api.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.api.access.Caller;
import io.ticktock.proto.v1.ExecutionKey;
import io.ticktock.proto.v1.FindExecutionsRequest;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.PauseCommand;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.proto.v1.Role;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeRequest;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CallerStampTest {

    private static final Caller CALLER = new Caller("acme", "key:1", Set.of(Role.ROLE_OPERATOR), "127.0.0.1");

    @Test
    void whatARequestSaysOfItselfIsNotBelieved() {
        StartLifetimeRequest stamped = CallerStamp.stamp(
                StartLifetimeRequest.newBuilder()
                        .setTenantId("other")
                        .setActor("god")
                        .setGraphName("g")
                        .putLabels("tenant_id", "a label")
                        .build(),
                CALLER);
        assertEquals("acme", stamped.getTenantId());
        assertEquals("key:1", stamped.getActor());
        assertEquals("g", stamped.getGraphName());
        assertEquals("a label", stamped.getLabelsOrThrow("tenant_id"));
    }

    @Test
    void whatItLeavesOutIsFilledIn() {
        assertEquals(
                "acme",
                CallerStamp.stamp(ForkLifetimeRequest.getDefaultInstance(), CALLER)
                        .getTenantId());
    }

    @Test
    void norAnythingWithinIt() {
        SignalLifetimeRequest signal = CallerStamp.stamp(
                SignalLifetimeRequest.newBuilder()
                        .setSignal(Signal.newBuilder()
                                .setTenantId("other")
                                .setPause(PauseCommand.newBuilder().setActor("god")))
                        .build(),
                CALLER);
        assertEquals("acme", signal.getSignal().getTenantId());
        assertEquals("key:1", signal.getSignal().getPause().getActor());

        RegisterGraphRequest graph = CallerStamp.stamp(
                RegisterGraphRequest.newBuilder()
                        .setGraph(GraphReference.newBuilder().setTenantId("other"))
                        .build(),
                CALLER);
        assertEquals("acme", graph.getGraph().getTenantId());
    }

    @Test
    void norAnythingRepeatedWithinIt() {
        FindExecutionsRequest stamped = CallerStamp.stamp(
                FindExecutionsRequest.newBuilder()
                        .addKeys(ExecutionKey.newBuilder().setTenantId("other"))
                        .addKeys(ExecutionKey.newBuilder().setTenantId("another"))
                        .build(),
                CALLER);
        stamped.getKeysList().forEach(key -> assertEquals("acme", key.getTenantId()));
    }
}
