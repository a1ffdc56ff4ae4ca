package io.ticktock.launcher;

import static io.ticktock.bus.Addresses.CONTROL_FORK;
import static io.ticktock.bus.Addresses.CONTROL_REPLAY;
import static io.ticktock.bus.Addresses.CONTROL_REPLAY_PLANS;
import static io.ticktock.bus.Addresses.CONTROL_SIGNAL;
import static io.ticktock.bus.Addresses.CONTROL_START;
import static io.ticktock.bus.Addresses.STATE_GET_LIFETIME;
import static io.ticktock.bus.Addresses.STATE_GET_OUTPUT;
import static io.ticktock.bus.Addresses.STATE_GET_SPEND;
import static io.ticktock.bus.Addresses.STATE_GET_STATISTICS;
import static io.ticktock.bus.Addresses.STATE_LIST_EVENTS;
import static io.ticktock.bus.Addresses.STATE_LIST_EXECUTIONS;
import static io.ticktock.bus.Addresses.STATE_LIST_LIFETIMES;
import static io.ticktock.bus.Addresses.STATE_SEND_SIGNAL;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.ticktock.api.operation.Operation;
import io.ticktock.api.operation.TenantOperations;
import io.ticktock.bus.Address;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.GetLifetimeRequest;
import io.ticktock.proto.v1.GetOutputRequest;
import io.ticktock.proto.v1.GetOutputResponse;
import io.ticktock.proto.v1.GetSpendRequest;
import io.ticktock.proto.v1.GetSpendResponse;
import io.ticktock.proto.v1.GetStatisticsRequest;
import io.ticktock.proto.v1.GetStatisticsResponse;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.ListEventsRequest;
import io.ticktock.proto.v1.ListExecutionsRequest;
import io.ticktock.proto.v1.ListExecutionsResponse;
import io.ticktock.proto.v1.ListLifetimesRequest;
import io.ticktock.proto.v1.ListLifetimesResponse;
import io.ticktock.proto.v1.OutputReference;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.proto.v1.ReplayLifetimeRequest;
import io.ticktock.proto.v1.ReplayLifetimeResponse;
import io.ticktock.proto.v1.ReplayPlansRequest;
import io.ticktock.proto.v1.ReplayPlansResponse;
import io.ticktock.proto.v1.SendSignalRequest;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What the command line asks of the system, for one tenant, wherever that system is. Each call waits for its answer, so
 * it belongs on a command's own thread, never on an event loop, and fails with a {@link Failure}.
 */
final class Client {

    static final String DEFAULT_TENANT = "default";

    /** Longer than the timeout of any address: the bus gives up first. */
    private static final long LONGEST_CALL_S = 660;

    private static final int EVENTS_PAGE = 1_000;

    private final Connection connection;
    private final String tenantId;
    private final boolean decides;

    /** @param decides whether there is a control plane at the other end */
    Client(Connection connection, String tenantId, boolean decides) {
        this.connection = connection;
        this.tenantId = tenantId;
        this.decides = decides;
    }

    String tenantId() {
        return tenantId;
    }

    /** As below, of a graph whose Tasks ask no servers of tools. */
    GraphReference register(AgentGraph graph) {
        return register(graph, warning -> {});
    }

    /**
     * Fails with INVALID_ARGUMENT, a line for each, where Tasks ask servers for what these do not have.
     *
     * @param warn of what could not be looked up
     */
    GraphReference register(AgentGraph graph, Consumer<String> warn) {
        GraphReference reference = GraphReference.newBuilder()
                .setTenantId(tenantId)
                .setName(graph.name())
                .setVersion(graph.version())
                .setDigest(graph.digest())
                .build();
        RegisterGraphRequest request = RegisterGraphRequest.newBuilder()
                .setGraph(reference)
                .setCanonical(ByteString.copyFromUtf8(graph.canonical()))
                .build();
        await(connection.register(request)).forEach(warn);
        return reference;
    }

    void start(LifetimeId id, GraphReference graph, Payload input) {
        start(id, graph, input, Map.of());
    }

    void start(LifetimeId id, GraphReference graph, Payload input, Map<String, String> labels) {
        ask(
                CONTROL_START.at(id.shard()),
                StartLifetimeRequest.newBuilder()
                        .setTenantId(tenantId)
                        .setLifetimeId(id.toString())
                        .setGraphName(graph.getName())
                        .setGraphVersion(graph.getVersion())
                        .setInput(input)
                        .putAllLabels(labels)
                        .setActor(actor())
                        .build());
    }

    /** With the graph's version and the input of the parent where these are empty. */
    void fork(LifetimeId id, LifetimeId parent, String execId, String version, Optional<Payload> input) {
        ForkLifetimeRequest.Builder request = ForkLifetimeRequest.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(id.toString())
                .setParentLifetimeId(parent.toString())
                .setExecId(execId)
                .setGraphVersion(version)
                .setActor(actor());
        input.ifPresent(request::setInput);
        ask(CONTROL_FORK.at(id.shard()), request.build());
    }

    AgentLifetime lifetime(LifetimeId id) {
        GetLifetimeRequest request = GetLifetimeRequest.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(id.toString())
                .build();
        return ask(STATE_GET_LIFETIME, request).getLifetime();
    }

    ListLifetimesResponse lifetimes(ListLifetimesRequest.Builder request) {
        return ask(STATE_LIST_LIFETIMES, request.setTenantId(tenantId).build());
    }

    ListExecutionsResponse executions(LifetimeId id, int pageSize, String pageToken) {
        return ask(
                STATE_LIST_EXECUTIONS,
                ListExecutionsRequest.newBuilder()
                        .setTenantId(tenantId)
                        .setLifetimeId(id.toString())
                        .setPageSize(pageSize)
                        .setPageToken(pageToken)
                        .build());
    }

    /** The next events of the log, oldest first; a page, so ask again until there are none. */
    List<LifetimeEvent> events(LifetimeId id, long afterSeq) {
        ListEventsRequest request = ListEventsRequest.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(id.toString())
                .setAfterSeq(afterSeq)
                .setPageSize(EVENTS_PAGE)
                .build();
        return ask(STATE_LIST_EVENTS, request).getEventsList();
    }

    /** The whole log, oldest first. */
    void forEachEvent(LifetimeId id, Consumer<LifetimeEvent> reader) {
        List<LifetimeEvent> page = events(id, 0);
        while (!page.isEmpty()) {
            page.forEach(reader);
            page = events(id, page.get(page.size() - 1).getSeq());
        }
    }

    GetOutputResponse output(OutputReference output) {
        return ask(
                STATE_GET_OUTPUT,
                GetOutputRequest.newBuilder()
                        .setTenantId(tenantId)
                        .setOutput(output)
                        .build());
    }

    /**
     * Hands a signal to the control plane, which answers with its decision; where none can be asked, leaves it for the
     * process that drives the lifetime, which picks it up soon.
     */
    void signal(LifetimeId id, Signal.Builder command) {
        Signal signal = command.setSignalId(UUID.randomUUID().toString())
                .setTenantId(tenantId)
                .setLifetimeId(id.toString())
                .build();
        if (decides) {
            ask(
                    CONTROL_SIGNAL.at(id.shard()),
                    SignalLifetimeRequest.newBuilder().setSignal(signal).build());
        } else {
            ask(
                    STATE_SEND_SIGNAL,
                    SendSignalRequest.newBuilder().setSignal(signal).build());
        }
    }

    ReplayLifetimeResponse replay(LifetimeId id) {
        ReplayLifetimeRequest request = ReplayLifetimeRequest.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(id.toString())
                .build();
        return ask(CONTROL_REPLAY, request);
    }

    /** What the Plans of this graph would have chosen in a recorded lifetime. */
    ReplayPlansResponse replayPlans(LifetimeId id, AgentGraph graph) {
        ReplayPlansRequest request = ReplayPlansRequest.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(id.toString())
                .setGraph(ByteString.copyFromUtf8(graph.canonical()))
                .build();
        return ask(CONTROL_REPLAY_PLANS, request);
    }

    GetStatisticsResponse statistics() {
        return ask(STATE_GET_STATISTICS, GetStatisticsRequest.getDefaultInstance());
    }

    GetSpendResponse spend(GetSpendRequest.Builder request) {
        return ask(STATE_GET_SPEND, request.setTenantId(tenantId).build());
    }

    /** Of all tenants: for who operates the system. */
    GetSpendResponse spendOfAll(GetSpendRequest.Builder request) {
        return ask(STATE_GET_SPEND, request.clearTenantId().build());
    }

    /** Runs when the lifetime may have gone on, on some other thread; a hint that may fail to come. */
    void onProgress(LifetimeId id, Runnable hint) {
        await(connection.onProgress(id, hint));
    }

    <Q extends Message, R extends Message> R ask(Address<Q, R> address, Q request) {
        return await(request(address, request));
    }

    /** As {@link #ask}, without waiting. */
    <Q extends Message, R extends Message> Future<R> request(Address<Q, R> address, Q request) {
        return connection.request(address, request);
    }

    /** What only administrators may. */
    <Q extends Message, R extends Message> R administer(
            Function<TenantOperations, Operation<Q, R>> operation, Q request, Class<R> reply) {
        return await(connection.administer(operation, request, reply));
    }

    static <T> T await(Future<T> future) {
        try {
            return future.await(LONGEST_CALL_S, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new Failure(FailureCode.UNAVAILABLE, "no answer within " + LONGEST_CALL_S + " s", e);
        }
    }

    /** Who gives the commands, for the log. */
    static String actor() {
        return "user:" + System.getProperty("user.name", "unknown");
    }
}
