package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GetGraphResponse;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GraphCatalogTest {

    private static final AgentGraph GRAPH = TestGraph.of("a", List.of("a -> p", "p -> END [FINAL]"), Map.of());

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final Context context = vertx.getOrCreateContext();
    private final GraphCatalog catalog = new GraphCatalog(vertx, bus);
    private final AtomicInteger asked = new AtomicInteger();

    @AfterEach
    void close() {
        Awaiting.result(vertx.close());
    }

    @Test
    void whoAsksForAVersionAtTheSameTimeOrLaterGetsTheSameGraph() {
        serve();
        List<AgentGraph> together =
                Awaiting.result(onLoop(() -> Future.all(find(GRAPH.version()), find(GRAPH.version()))
                        .map(both -> List.of(both.<AgentGraph>resultAt(0), both.<AgentGraph>resultAt(1)))));
        int askedTogether = asked.get();
        AgentGraph later = Awaiting.result(onLoop(() -> find(GRAPH.version())));

        assertSame(together.get(0), together.get(1));
        assertSame(together.get(0), later);
        assertEquals(askedTogether, asked.get());
    }

    @Test
    void theHighestVersionIsAskedForEveryTime() {
        serve();
        Awaiting.result(onLoop(() -> find("")));
        AgentGraph again = Awaiting.result(onLoop(() -> find("")));

        assertEquals(GRAPH.digest(), again.digest());
        assertEquals(2, asked.get());
    }

    private Future<AgentGraph> find(String version) {
        return catalog.find(GRAPH.tenantId(), GRAPH.name(), version);
    }

    private void serve() {
        Awaiting.result(bus.serve(Addresses.STATE_GET_GRAPH, this::graph));
    }

    private Future<GetGraphResponse> graph(GetGraphRequest request) {
        asked.incrementAndGet();
        return Future.succeededFuture(GetGraphResponse.newBuilder()
                .setGraph(GraphCatalog.referenceOf(GRAPH))
                .setCanonical(ByteString.copyFromUtf8(GRAPH.canonical()))
                .build());
    }

    private interface Question<T> {
        Future<T> ask();
    }

    /** As the control plane does, on one event loop. */
    private <T> Future<T> onLoop(Question<T> question) {
        Promise<T> answer = Promise.promise();
        context.runOnContext(nothing -> question.ask().onComplete(answer));
        return answer.future();
    }
}
