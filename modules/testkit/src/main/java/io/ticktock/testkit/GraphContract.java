package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.google.protobuf.ByteString;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.ListGraphVersionsRequest;
import io.ticktock.proto.v1.ListGraphVersionsResponse;
import io.ticktock.proto.v1.ListGraphsRequest;
import io.ticktock.proto.v1.ListGraphsResponse;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.state.StateStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How every store lists graphs. */
public abstract class GraphContract {

    /** In their order: numbers by value, and a release behind its pre-releases. */
    private static final List<String> VERSIONS = List.of(
            "0.9.0",
            "1.0.0-alpha",
            "1.0.0-alpha.2",
            "1.0.0-alpha.10",
            "1.0.0",
            "1.0.0+build",
            "1.9.0",
            "1.10.0",
            "10.0.0-rc.1");

    private final long seed = System.nanoTime();
    private final String one = "tenant-" + seed;
    private final String other = "other-" + seed;
    private StateStore store;

    protected abstract StateStore open();

    @BeforeEach
    void openStore() {
        System.out.println("seed " + seed);
        store = open();
    }

    @AfterEach
    void close() {
        result(store.close());
    }

    @Test
    void graphsAreListedByNameWithTheirHighestVersionWhateverThePages() {
        register(one, "ant", "2.0.0", "11.0.0", "3.0.0");
        register(one, "cow", "1.0.0-rc.1", "1.0.0-rc.2");
        register(one, "bee", shuffled());
        register(one, "dog", "1.0.0+a", "1.0.0+b");
        register(one, "bee-2", "1.0.0", "1.0.0-rc.1");
        register(other, "bug", "1.0.0");
        List<GraphReference> expected = List.of(
                graph(one, "ant", "11.0.0"),
                graph(one, "bee", "10.0.0-rc.1"),
                graph(one, "bee-2", "1.0.0"),
                graph(one, "cow", "1.0.0-rc.2"),
                graph(one, "dog", "1.0.0+b"));
        for (int size : List.of(0, 1, 2, 3, 5, 200)) {
            assertEquals(expected, graphs(one, size), "pages of " + size);
        }
        assertEquals(List.of(graph(other, "bug", "1.0.0")), graphs(other, 0));
        assertEquals(List.of(), graphs("nobody-" + seed, 0));
    }

    @Test
    void versionsAreListedFromTheHighestOnWhateverThePages() {
        register(one, "bee", shuffled());
        register(one, "ant", "7.0.0");
        register(other, "bee", "8.0.0");
        List<GraphReference> expected = new ArrayList<>(
                VERSIONS.stream().map(version -> graph(one, "bee", version)).toList());
        Collections.reverse(expected);
        for (int size : List.of(0, 1, 2, 4, 9, 200)) {
            assertEquals(expected, versions(size), "pages of " + size);
        }
    }

    @Test
    void versionsOfAnothersGraphAreNotThere() {
        register(one, "bee", "1.0.0");
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.listGraphVersions(versionsRequest(other, "bee").build()))
                        .code());
        assertEquals(
                failure(store.listGraphVersions(
                                versionsRequest("nobody-" + seed, "bee").build()))
                        .getMessage(),
                failure(store.listGraphVersions(versionsRequest(other, "bee").build()))
                        .getMessage());
    }

    @Test
    void aTokenIsGoodForItsListOnly() {
        register(one, "bee", shuffled());
        register(one, "ant", shuffled());
        String ofGraphs = result(store.listGraphs(ListGraphsRequest.newBuilder()
                        .setTenantId(one)
                        .setPageSize(1)
                        .build()))
                .getNextPageToken();
        String ofVersions = result(store.listGraphVersions(
                        versionsRequest(one, "bee").setPageSize(1).build()))
                .getNextPageToken();
        assertNotEquals("", ofGraphs);
        assertNotEquals("", ofVersions);
        for (String wrong : List.of(ofGraphs, "x", ofVersions.substring(1), ofVersions + "/")) {
            assertEquals(
                    FailureCode.INVALID_ARGUMENT,
                    failure(store.listGraphVersions(versionsRequest(one, "bee")
                                    .setPageToken(wrong)
                                    .build()))
                            .code(),
                    wrong);
        }
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(store.listGraphVersions(versionsRequest(one, "ant")
                                .setPageToken(ofVersions)
                                .build()))
                        .code());
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(store.listGraphs(ListGraphsRequest.newBuilder()
                                .setTenantId(other)
                                .setPageToken(ofGraphs)
                                .build()))
                        .code());
    }

    private String[] shuffled() {
        List<String> versions = new ArrayList<>(VERSIONS);
        Collections.shuffle(versions, new Random(seed));
        return versions.toArray(String[]::new);
    }

    private void register(String tenantId, String name, String... versions) {
        for (String version : versions) {
            result(store.registerGraph(RegisterGraphRequest.newBuilder()
                    .setGraph(graph(tenantId, name, version))
                    .setCanonical(ByteString.copyFromUtf8("{}"))
                    .build()));
        }
    }

    private static GraphReference graph(String tenantId, String name, String version) {
        return GraphReference.newBuilder()
                .setTenantId(tenantId)
                .setName(name)
                .setVersion(version)
                .setDigest("digest of " + name + " " + version)
                .build();
    }

    private List<GraphReference> graphs(String tenantId, int size) {
        List<GraphReference> graphs = new ArrayList<>();
        String token = "";
        do {
            ListGraphsResponse page = result(store.listGraphs(ListGraphsRequest.newBuilder()
                    .setTenantId(tenantId)
                    .setPageSize(size)
                    .setPageToken(token)
                    .build()));
            graphs.addAll(page.getGraphsList());
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        return graphs;
    }

    private List<GraphReference> versions(int size) {
        List<GraphReference> graphs = new ArrayList<>();
        String token = "";
        do {
            ListGraphVersionsResponse page = result(store.listGraphVersions(versionsRequest(one, "bee")
                    .setPageSize(size)
                    .setPageToken(token)
                    .build()));
            graphs.addAll(page.getGraphsList());
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        return graphs;
    }

    private static ListGraphVersionsRequest.Builder versionsRequest(String tenantId, String name) {
        return ListGraphVersionsRequest.newBuilder().setTenantId(tenantId).setName(name);
    }
}
