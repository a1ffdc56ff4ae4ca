package io.ticktock.guardrail.simulation;

import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphNode;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.WorstCase;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs a draft of a policy set over recorded lifetimes. What the log says is put to what answers while lifetimes run,
 * decision by decision, until a lifetime's first divergence: from there on its log is another lifetime's than the one the
 * draft would have made, and only what it spent is still counted. It holds one lifetime at a time.
 *
 * <p>Policies of scope tenant, and those on how a node gets on, are left out: what they look at is not in the log of a
 * lifetime. Where one of them fired by the log, it is taken to fire again. Forks are counted and not judged, since their logs
 * go on from others'.
 */
public final class PolicySimulation {

    /**
     * Where the simulation finds what is not in the log.
     *
     * @param graphs the registered graph of a reference
     * @param worstCases the most that an attempt of a node uses
     * @param rejectedRecords the record, by exec_id, of an execution that the policies of its time rejected: the log
     *     then says that it failed, and no longer how it had ended
     */
    public record Sources(
            Function<GraphReference, AgentGraph> graphs,
            Function<GraphNode, WorstCase> worstCases,
            Function<String, ExecutionReference> rejectedRecords) {}

    private final DraftPolicies draft;
    private final Sources sources;
    private final Consumer<Divergence> divergences;
    private final SimulationFigures figures = new SimulationFigures();
    private LifetimeSimulation lifetime;

    /**
     * Of this draft.
     *
     * @param divergences is told the first one of each lifetime
     */
    public PolicySimulation(PolicySet draft, Sources sources, Consumer<Divergence> divergences) {
        this.draft = new DraftPolicies(draft, sources);
        this.sources = sources;
        this.divergences = divergences;
    }

    /** Takes the next event in: lifetime by lifetime, each in the order of its log from the first event on. */
    public void take(RecordedEvent event) {
        if (event.kind() == LifetimeEvent.EventCase.STARTED) {
            end();
            LifetimeEvent start = event.event();
            figures.addLifetime(start.getStarted().hasFork());
            lifetime = new LifetimeSimulation(draft, sources, start, divergences, figures);
            return;
        }
        if (lifetime == null) {
            throw new IllegalStateException(
                    "the log of lifetime " + event.event().getLifetimeId() + " does not begin with its start");
        }
        lifetime.take(event);
    }

    /** As {@link #take(RecordedEvent)}. */
    public void take(LifetimeEvent event) {
        take(RecordedEvent.of(event));
    }

    /** After the last event, or between two lifetimes: what was found. */
    public SimulationFigures end() {
        if (lifetime != null) {
            lifetime.end();
            lifetime = null;
        }
        return figures;
    }
}
