package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How every store keeps versions of graphs. */
public abstract class GraphVersionContract {

    private final long seed = System.nanoTime();
    private final StateSamples samples = new StateSamples("tenant-" + seed, seed);
    private final StateSamples others = new StateSamples("other-" + seed, seed + 1);
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
    void aGraphVersionIsRegisteredOnce() {
        RegisterGraphRequest request = register("1.0.0");
        assertTrue(result(store.registerGraph(request)).getCreated());
        assertFalse(result(store.registerGraph(request)).getCreated());
        GetGraphResponse got = result(store.getGraph(graphRequest(samples, "1.0.0")));
        assertEquals(request.getGraph(), got.getGraph());
        assertEquals(request.getCanonical(), got.getCanonical());
    }

    @Test
    void aGraphVersionNeverChanges() {
        result(store.registerGraph(register("1.0.0")));
        RegisterGraphRequest.Builder other = register("1.0.0").toBuilder();
        other.getGraphBuilder().setDigest("another");
        Failure refused = failure(store.registerGraph(other.build()));
        assertEquals(FailureCode.ALREADY_EXISTS, refused.code());
        assertTrue(refused.getMessage().contains("sample version 1.0.0"), refused.getMessage());
    }

    @Test
    void withoutAVersionTheHighestIsGot() {
        for (String version : List.of("1.9.0", "1.10.0", "2.0.0-rc.1", "1.10.0-beta", "2.0.0-rc.1.1", "0.99.0")) {
            result(store.registerGraph(register(version)));
        }
        assertEquals(
                "2.0.0-rc.1.1",
                result(store.getGraph(graphRequest(samples, ""))).getGraph().getVersion());
        result(store.registerGraph(register("2.0.0")));
        assertEquals(
                "2.0.0",
                result(store.getGraph(graphRequest(samples, ""))).getGraph().getVersion());
    }

    @Test
    void aVersionMustBeSemantic() {
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(store.registerGraph(register("latest"))).code());
    }

    @Test
    void anothersGraphIsNotThere() {
        result(store.registerGraph(register("1.0.0")));
        Failure foreign = failure(store.getGraph(graphRequest(others, "1.0.0")));
        assertEquals(FailureCode.NOT_FOUND, foreign.code());
        assertEquals(
                failure(store.getGraph(graphRequest(new StateSamples("nobody", 1), "1.0.0")))
                        .getMessage(),
                foreign.getMessage());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.getGraph(graphRequest(others, ""))).code());
    }

    private RegisterGraphRequest register(String version) {
        return RegisterGraphRequest.newBuilder()
                .setGraph(samples.graph(version))
                .setCanonical(ByteString.copyFromUtf8("{\"version\":\"" + version + "\"}"))
                .build();
    }

    private static GetGraphRequest graphRequest(StateSamples of, String version) {
        return GetGraphRequest.newBuilder()
                .setTenantId(of.tenantId())
                .setName("sample")
                .setVersion(version)
                .build();
    }
}
