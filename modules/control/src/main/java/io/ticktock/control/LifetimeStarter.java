package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.CreateLifetimeRequest;
import io.ticktock.proto.v1.CreateLifetimeResponse;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeResponse;
import io.ticktock.proto.v1.Started;
import io.ticktock.proto.v1.Verdict;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/** Brings lifetimes into being: the first decision and the head row, in one transaction. */
final class LifetimeStarter {

    /** What became of a request; state and decision are of use only when the lifetime was created by it. */
    record Start(StartLifetimeResponse response, LifetimeState state, Decision decision) {}

    private record Draft(LifetimeState state, Decision decision) {

        Draft admitted(Admission admission) {
            return new Draft(state, decision.admitted(admission, state));
        }
    }

    private final Bus bus;
    private final InstantSource clock;
    private final GraphCatalog graphs;
    private final ExecutionController controller;
    private final ShardLease lease;

    LifetimeStarter(
            Bus bus, InstantSource clock, GraphCatalog graphs, ExecutionController controller, ShardLease lease) {
        this.bus = bus;
        this.clock = clock;
        this.graphs = graphs;
        this.controller = controller;
        this.lease = lease;
    }

    Future<Start> start(StartLifetimeRequest request) {
        return findGraph(request).compose(graph -> admit(request, graph)).compose(draft -> create(request, draft));
    }

    private Future<AgentGraph> findGraph(StartLifetimeRequest request) {
        return graphs.find(request.getTenantId(), request.getGraphName(), request.getGraphVersion());
    }

    private Future<Draft> admit(StartLifetimeRequest request, AgentGraph graph) {
        Instant now = clock.instant();
        Draft draft = draft(request, graph, Map.of(), now);
        return controller
                .admission(draft.state(), draft.decision().candidates(), now)
                .map(admission -> (admission.admitsAll() ? draft : draft(request, graph, admission.refusals(), now))
                        .admitted(admission));
    }

    private static Draft draft(
            StartLifetimeRequest request, AgentGraph graph, Map<String, Verdict> refusals, Instant now) {
        Started.Builder started = Started.newBuilder()
                .setGraph(GraphCatalog.referenceOf(graph))
                .setParentLifetimeId(request.getParentLifetimeId())
                .setParentExecId(request.getParentExecId())
                .setActor(request.getActor())
                .putAllLabels(graph.metadata().labels())
                .putAllLabels(request.getLabelsMap())
                .setInputDigest(InputDigest.of(request.getInput()));
        graph.metadata().deadline().ifPresent(limit -> started.setDeadline(ProtoTime.timestamp(now.plus(limit))));
        LifetimeState state = new LifetimeState(request.getTenantId(), request.getLifetimeId(), graph);
        return new Draft(state, LifetimeMachine.start(state, started.build(), refusals, now));
    }

    private Future<Start> create(StartLifetimeRequest request, Draft draft) {
        if (!lease.isValid()) {
            return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "the control plane is changing hands"));
        }
        AgentLifetime head = draft.state().head().toBuilder()
                .putAllLabels(draft.state().labels())
                .build();
        CreateLifetimeRequest create = CreateLifetimeRequest.newBuilder()
                .setFence(lease.fence())
                .setDecision(LifetimeDecision.newBuilder()
                        .setTenantId(request.getTenantId())
                        .setLifetimeId(request.getLifetimeId())
                        .addAllEvents(draft.decision().events())
                        .addAllOutgoingSignals(draft.decision().outgoing())
                        .addAllCharges(draft.decision().charges())
                        .setHead(head))
                .setInput(request.getInput())
                .setIdempotencyKey(request.getIdempotencyKey())
                .build();
        return bus.request(Addresses.STATE_CREATE_LIFETIME, create)
                .map(response -> new Start(toResponse(response), draft.state(), draft.decision()));
    }

    private static StartLifetimeResponse toResponse(CreateLifetimeResponse response) {
        return StartLifetimeResponse.newBuilder()
                .setLifetimeId(response.getLifetimeId())
                .setCreated(response.getCreated())
                .build();
    }
}
