package io.ticktock.control;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.DraftGraphs;
import io.ticktock.graph.GraphFaults;
import io.ticktock.proto.v1.EvaluatePlansRequest;
import io.ticktock.proto.v1.ExecutionKey;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.FindExecutionsRequest;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.LoadLifetimeResponse;
import io.ticktock.proto.v1.PlanInput;
import io.ticktock.proto.v1.ReplayPlansRequest;
import io.ticktock.proto.v1.ReplayPlansResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets the Plans of another graph decide over recorded lifetimes and says what they choose otherwise. Reads a page of the
 * log at a time. Writes nothing.
 */
final class PlansReplay {

    private static final int MOST_INPUTS = 100;

    private final Vertx vertx;
    private final Bus bus;
    private final LogReader logs;
    private final DraftGraphs drafts = new DraftGraphs();

    PlansReplay(Vertx vertx, Bus bus, GraphCatalog graphs, LifetimeLoader loader) {
        this.vertx = vertx;
        this.bus = bus;
        this.logs = new LogReader(graphs, loader);
    }

    /**
     * NOT_FOUND when the tenant has no such lifetime, INVALID_ARGUMENT when the graph is faulty, OVERLOADED when many are
     * replayed here already.
     */
    Future<ReplayPlansResponse> replay(ReplayPlansRequest request) {
        return logs.read(request.getTenantId(), request.getLifetimeId(), log -> replay(request, log))
                .map(ReplayedPlans::outcome);
    }

    /** Folded as if it were of the draft, so that inputs name what the draft's Plans look at. */
    private Future<ReplayedPlans> replay(ReplayPlansRequest request, LogReader.Log log) {
        return vertx.executeBlocking(() -> draft(request))
                .compose(draft -> logs.beginning(log, draft))
                .map(state -> new ReplayedPlans(state, log.graph()))
                .compose(plans -> {
                    Reading reading = new Reading(log.key(), request.getGraph(), plans);
                    return logs.forEachPage(log, reading::take).map(plans);
                });
    }

    private AgentGraph draft(ReplayPlansRequest request) {
        try {
            return drafts.parse(request.getGraph().toByteArray(), request.getTenantId());
        } catch (GraphFaults faults) {
            throw new Failure(FailureCode.INVALID_ARGUMENT, faults.getMessage(), faults);
        }
    }

    /** One lifetime on its way from its first event to its last. */
    private final class Reading {

        private final LifetimeKey key;
        private final ByteString draft;
        private final ReplayedPlans plans;

        Reading(LifetimeKey key, ByteString draft, ReplayedPlans plans) {
            this.key = key;
            this.draft = draft;
            this.plans = plans;
        }

        /** To the end of the log: what comes after a difference is counted. */
        Future<Boolean> take(LoadLifetimeResponse page) {
            return ask(plans.take(page.getEventsList()), 0).map(true);
        }

        private Future<Void> ask(List<PlanQuestion> questions, int from) {
            if (from >= questions.size()) {
                return Future.succeededFuture();
            }
            List<PlanQuestion> part = questions.subList(from, Math.min(from + MOST_INPUTS, questions.size()));
            if (plans.hasDiffered()) {
                plans.leaveOut(part);
                return ask(questions, from + MOST_INPUTS);
            }
            List<PlanInput> inputs = part.stream().map(PlanQuestion::input).toList();
            EvaluatePlansRequest request = EvaluatePlansRequest.newBuilder()
                    .setTenantId(key.getTenantId())
                    .setGraph(draft)
                    .addAllInputs(inputs)
                    .build();
            return records(inputs)
                    .compose(records -> bus.request(Addresses.EXECUTOR_EVALUATE_PLANS, request)
                            .onSuccess(answer -> plans.compare(part, records, answer.getEvaluationsList())))
                    .compose(compared -> ask(questions, from + MOST_INPUTS));
        }

        /** Of these executions, by exec_id. */
        private Future<Map<String, ExecutionReference>> records(List<PlanInput> inputs) {
            FindExecutionsRequest.Builder request = FindExecutionsRequest.newBuilder();
            inputs.forEach(input -> request.addKeys(ExecutionKey.newBuilder()
                    .setTenantId(key.getTenantId())
                    .setLifetimeId(key.getLifetimeId())
                    .setExecId(input.getHeaders().getExecId())));
            return bus.request(Addresses.STATE_FIND_EXECUTIONS, request.build()).map(found -> {
                Map<String, ExecutionReference> records = new HashMap<>();
                found.getExecutionsList()
                        .forEach(record -> records.put(record.getHeaders().getExecId(), record));
                return records;
            });
        }
    }
}
