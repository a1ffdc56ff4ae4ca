package io.ticktock.executor;

import io.ticktock.executor.type.AttemptSettings;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.Edge;
import io.ticktock.graph.Plan;
import io.ticktock.graph.settings.CustomPlanSettings;
import io.ticktock.proto.v1.PlanInput;
import io.ticktock.sdk.PlanContext;
import io.ticktock.sdk.PlanOutcome;
import io.ticktock.sdk.PlanOutcome.Chosen;
import io.ticktock.sdk.PlanType;
import io.ticktock.sdk.Value;
import io.vertx.core.Future;
import java.util.List;

/** Lets a Plan decide: gathers what it looks at, runs its handler, and checks what that chose. */
final class PlanDecider {

    private final HandlerTypes types;
    private final AttemptSecrets secrets;
    private final InputResolver inputs;
    private final ChoiceCheck choices;

    PlanDecider(HandlerTypes types, AttemptSecrets secrets, InputResolver inputs, ChoiceCheck choices) {
        this.types = types;
        this.secrets = secrets;
        this.inputs = inputs;
        this.choices = choices;
    }

    /**
     * What the Plan of this graph decides.
     *
     * @param graph has the Plan's settings, and edges to what it may choose
     */
    Future<PlanOutcome> decide(HeldAttempt attempt, PlanInput input, AgentGraph graph) {
        Plan plan = plan(graph, attempt.nodeId());
        attempt.runs(plan.type());
        attempt.times().limit(plan.timeout());
        attempt.limit(plan.limits());
        PlanType type = types.plan(plan.type());
        return secrets.give(attempt, plan.settings().secrets())
                .compose(given -> inputs.resolve(attempt, input, graph.usesOf(plan.id()), type.readsArrivals()))
                .compose(resolved -> call(attempt, input, targets(graph, plan), plan, type, resolved))
                .compose(outcome -> AttemptSecrets.hidden(attempt, outcome))
                .map(outcome -> checked(graph, plan, outcome));
    }

    private static Future<PlanOutcome> call(
            HeldAttempt attempt,
            PlanInput input,
            List<String> targets,
            Plan plan,
            PlanType type,
            ResolvedInput resolved) {
        AttemptSettings settings = new AttemptSettings(plan.settings(), resolved::variables, attempt.secrets());
        return AttemptRunner.call(
                attempt,
                resolved,
                () -> type.handler()
                        .decide(new PlanContext(
                                attempt,
                                settings,
                                resolved.arrivals(),
                                input.getSources().getJoined(),
                                input(plan, settings),
                                targets)));
    }

    /** What the graph makes for an author's own type besides what arrived. */
    private static Value input(Plan plan, AttemptSettings settings) {
        return plan.settings() instanceof CustomPlanSettings custom
                        && custom.input().isPresent()
                ? Value.json(custom.input().get().evaluate(settings.variables()))
                : Value.NULL;
    }

    private PlanOutcome checked(AgentGraph graph, Plan plan, PlanOutcome outcome) {
        if (outcome instanceof Chosen chosen) {
            choices.check(graph, plan.id(), chosen.choices());
        }
        return outcome;
    }

    private static List<String> targets(AgentGraph graph, Plan plan) {
        return graph.outgoingOf(plan.id()).stream().map(Edge::to).toList();
    }

    private static Plan plan(AgentGraph graph, String nodeId) {
        if (graph.node(nodeId) instanceof Plan plan) {
            return plan;
        }
        throw AttemptFailure.permanent("wrong_kind", nodeId + " is no Plan of graph " + graph.name());
    }
}
