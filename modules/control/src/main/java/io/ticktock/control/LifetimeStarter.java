package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.CreateLifetimeRequest;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.ForkOrigin;
import io.ticktock.proto.v1.GetInputRequest;
import io.ticktock.proto.v1.GetInputResponse;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.StartFingerprint;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.ticktock.proto.v1.Started;
import io.ticktock.proto.v1.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Brings lifetimes into being, new ones and forks: the first decision and the head row, in one transaction. */
final class LifetimeStarter {

    /**
     * What became of a request; state and decision are of use only when the lifetime was created by it.
     *
     * @param lifetimeId the lifetime that exists now: the one asked for, or an earlier one
     * @param differing in what an earlier one was asked for otherwise
     */
    record Start(String lifetimeId, boolean created, List<String> differing, LifetimeState state, Decision decision) {

        /** Throws ALREADY_EXISTS when an earlier one was asked for otherwise. */
        void requireSame() {
            if (!differing.isEmpty()) {
                throw new Failure(
                        FailureCode.ALREADY_EXISTS,
                        "lifetime " + lifetimeId + " was started with this idempotency key or id by another request;"
                                + " they differ in " + String.join(", ", differing));
            }
        }

        Start withSameInput() {
            List<String> others = differing.stream()
                    .filter(field -> !field.equals(Fingerprint.INPUT))
                    .toList();
            return new Start(lifetimeId, created, others, state, decision);
        }

        /** Of the lifetime that was created; empty when none was. */
        Optional<AgentLifetime> head() {
            return created ? Optional.of(state.head()) : Optional.empty();
        }
    }

    /** A first decision, and the lifetimes whose records it builds on, the nearest first. */
    private record Draft(LifetimeState state, Decision decision, List<String> lineage) {

        Draft admitted(Admission admission) {
            return new Draft(state, decision.admitted(admission, state), lineage);
        }
    }

    private interface Drafting {

        /** The first decision as of this time, without what guardrails refuse. */
        Future<Draft> draft(Map<String, Verdict> refusals, Instant now);
    }

    private final Vertx vertx;
    private final Bus bus;
    private final InstantSource clock;
    private final GraphCatalog graphs;
    private final ExecutionController controller;
    private final LifetimeLoader loader;
    private final ForkFinder forks;
    private final ShardLease lease;

    LifetimeStarter(
            Vertx vertx,
            Bus bus,
            InstantSource clock,
            GraphCatalog graphs,
            ExecutionController controller,
            LifetimeLoader loader,
            ShardLease lease) {
        this.vertx = vertx;
        this.bus = bus;
        this.clock = clock;
        this.graphs = graphs;
        this.controller = controller;
        this.loader = loader;
        this.forks = new ForkFinder(loader);
        this.lease = lease;
    }

    // new lifetimes

    Future<Start> start(StartLifetimeRequest request) {
        StartCheck.require(request.getLabelsMap(), request.getIdempotencyKey());
        return graphs.find(request.getTenantId(), request.getGraphName(), request.getGraphVersion())
                .compose(graph -> admit((refusals, now) -> draft(request, graph, refusals, now)))
                .compose(draft ->
                        create(draft, request.getInput(), request.getIdempotencyKey(), Fingerprint.of(request)));
    }

    private static Future<Draft> draft(
            StartLifetimeRequest request, AgentGraph graph, Map<String, Verdict> refusals, Instant now) {
        Started started = started(graph, request.getInput(), request.getLabelsMap(), request.getActor(), now)
                .setParentLifetimeId(request.getParentLifetimeId())
                .setParentExecId(request.getParentExecId())
                .build();
        LifetimeState state = new LifetimeState(request.getTenantId(), request.getLifetimeId(), graph);
        Decision decision = LifetimeMachine.start(state, started, refusals, now);
        return Future.succeededFuture(new Draft(state, decision, List.of()));
    }

    private static Started.Builder started(
            AgentGraph graph, Payload input, Map<String, String> labels, String actor, Instant now) {
        Started.Builder started = Started.newBuilder()
                .setGraph(GraphCatalog.referenceOf(graph))
                .setActor(actor)
                .putAllLabels(graph.metadata().labels())
                .putAllLabels(labels)
                .setInputDigest(InputDigest.of(input));
        graph.metadata().deadline().ifPresent(limit -> started.setDeadline(ProtoTime.timestamp(now.plus(limit))));
        return started;
    }

    // forks

    /** What is asked for, and what it refers to: the graphs before and after the fork are mostly the same. */
    private record Fork(
            ForkLifetimeRequest request, ForkOrigin origin, AgentGraph before, AgentGraph after, Payload input) {}

    Future<Start> fork(ForkLifetimeRequest request) {
        StartCheck.require(request.getLabelsMap(), request.getIdempotencyKey());
        return forks.find(request).compose(point -> fork(request, point));
    }

    private Future<Start> fork(ForkLifetimeRequest request, ForkPoint point) {
        String version = request.getGraphVersion().isEmpty() ? point.named().getVersion() : request.getGraphVersion();
        Future<AgentGraph> before = graphs.graph(point.holder());
        Future<AgentGraph> after =
                graphs.find(request.getTenantId(), point.named().getName(), version);
        Future<Payload> input = inputOf(request);
        return Future.all(before, after, input)
                .map(all -> new Fork(request, point.origin(), before.result(), after.result(), input.result()))
                .compose(fork -> admit((refusals, now) -> draft(fork, refusals, now))
                        .compose(draft ->
                                create(draft, fork.input(), request.getIdempotencyKey(), Fingerprint.of(request))));
    }

    private Future<Payload> inputOf(ForkLifetimeRequest request) {
        return request.hasInput()
                ? Future.succeededFuture(request.getInput())
                : inputOf(request.getTenantId(), request.getParentLifetimeId());
    }

    private Future<Draft> draft(Fork fork, Map<String, Verdict> refusals, Instant now) {
        ForkLifetimeRequest request = fork.request();
        Started started = started(fork.after(), fork.input(), request.getLabelsMap(), request.getActor(), now)
                .setFork(fork.origin())
                .build();
        LifetimeState state = new LifetimeState(request.getTenantId(), request.getLifetimeId(), fork.after());
        return loader.inherit(state, fork.origin()).map(lineage -> {
            ForkFit.require(state, fork.before());
            return new Draft(state, LifetimeMachine.fork(state, started, refusals, now), lineage);
        });
    }

    // what both have in common

    private Future<Draft> admit(Drafting drafting) {
        Instant now = clock.instant();
        return drafting.draft(Map.of(), now)
                .compose(draft -> controller
                        .admission(draft.state(), draft.decision().candidates(), now)
                        .compose(admission -> withLeave(drafting, draft, admission, now)));
    }

    private Future<Draft> withLeave(Drafting drafting, Draft draft, Admission admission, Instant now) {
        Map<String, Verdict> refusals = admission.refusals();
        return (refusals.isEmpty() ? Future.succeededFuture(draft) : drafting.draft(refusals, now))
                .map(admitted -> admitted.admitted(admission))
                .onSuccess(admitted -> controller.tellNotNeeded(
                        admitted.state().tenantId(),
                        admission.notNeeded(admitted.decision().charges())));
    }

    private Future<Start> create(Draft draft, Payload input, String idempotencyKey, StartFingerprint fingerprint) {
        LifetimeState state = draft.state();
        if (!lease.drives(state.lifetimeId())) {
            return Future.failedFuture(ShardLease.changingHands());
        }
        AgentLifetime head = state.head();
        CreateLifetimeRequest create = CreateLifetimeRequest.newBuilder()
                .setDecision(LifetimeDecision.newBuilder()
                        .setTenantId(state.tenantId())
                        .setLifetimeId(state.lifetimeId())
                        .addAllEvents(draft.decision().events())
                        .addAllOutgoingSignals(draft.decision().outgoing())
                        .addAllCharges(draft.decision().charges())
                        .setHead(head))
                .setInput(input)
                .setIdempotencyKey(idempotencyKey)
                .addAllLineage(draft.lineage())
                .setFingerprint(fingerprint)
                .build();
        return lease.write(
                        state.lifetimeId(),
                        fence -> bus.request(
                                Addresses.STATE_CREATE_LIFETIME,
                                create.toBuilder().setFence(fence).build()))
                .map(response -> new Start(
                        response.getLifetimeId(),
                        response.getCreated(),
                        response.getDifferingFieldsList(),
                        state,
                        draft.decision()))
                .compose(start -> forgiveOrder(start, state.tenantId(), input));
    }

    /** Fingerprints are of bytes: only where those differ it is looked whether the inputs mean the same. */
    private Future<Start> forgiveOrder(Start start, String tenantId, Payload input) {
        if (!start.differing().contains(Fingerprint.INPUT)) {
            return Future.succeededFuture(start);
        }
        return inputOf(tenantId, start.lifetimeId())
                .compose(earlier -> vertx.executeBlocking(() -> InputMeaning.isSame(earlier, input), false))
                .map(isSame -> isSame ? start.withSameInput() : start);
    }

    private Future<Payload> inputOf(String tenantId, String lifetimeId) {
        GetInputRequest request = GetInputRequest.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(lifetimeId)
                .build();
        return bus.request(Addresses.STATE_GET_INPUT, request).map(GetInputResponse::getInput);
    }
}
