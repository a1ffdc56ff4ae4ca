package io.ticktock.launcher.simulation;

import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import io.ticktock.testkit.simulation.SimulatedProcess;
import io.ticktock.testkit.simulation.Simulation;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A Task that takes a while, costs something, and fails as often as its input says; each run leaves an effect outside. */
final class SimulatedWork implements TaskType {

    /** A hundredth of a dollar is what the graphs allow. */
    private static final int MOST_COST_MICROS = 10_000;

    private final Simulation simulation;
    private final SimulatedProcess process;
    private final EffectLedger ledger;
    private final Bug bug;

    SimulatedWork(Simulation simulation, SimulatedProcess process, EffectLedger ledger, Bug bug) {
        this.bug = bug;
        this.simulation = simulation;
        this.process = process;
        this.ledger = ledger;
    }

    @Override
    public String name() {
        return "simulated.work";
    }

    @Override
    public TaskHandler handler() {
        return this::run;
    }

    private CompletionStage<TaskOutcome> run(TaskContext context) {
        var attempt = context.attempt();
        EffectLedger.Entry entry = ledger.begin(simulation.clock().instant(), process.name(), attempt, bug);
        simulation.note(process.name(), "works", attempt.nodeId(), attempt.number());
        CompletableFuture<TaskOutcome> outcome = new CompletableFuture<>();
        long ms = 1 + simulation.between(Duration.ZERO, longest()) / 1_000_000;
        process.vertx().setTimer(ms, id -> {
            if (bug.doesIt()) {
                entry.finish();
            }
            outcome.complete(outcome(context));
        });
        attempt.onCancel(entry::cancel);
        return outcome;
    }

    /** Mostly short; now and then longer than a lease, or than the node has time for. */
    private Duration longest() {
        return switch (simulation.random().nextInt(20)) {
            case 0 -> Duration.ofSeconds(25);
            case 1, 2 -> Duration.ofSeconds(4);
            default -> Duration.ofMillis(300);
        };
    }

    private TaskOutcome outcome(TaskContext context) {
        Map<?, ?> input = (Map<?, ?>) context.input().tree();
        var attempt = context.attempt();
        attempt.telemetry().addCostMicros(simulation.random().nextInt(MOST_COST_MICROS + 1));
        attempt.telemetry().measure("badness", chance(60));
        attempt.telemetry().measure("alarm", chance(60));
        long failures = input.get("failures") instanceof Long wanted ? wanted : 0;
        return attempt.number() <= failures
                ? TaskOutcome.failure("flaky", "it fails " + failures + " times", true)
                : TaskOutcome.json(Map.of("value", input.get("value")));
    }

    /** 1 in one of so many cases, else 0. */
    private double chance(int cases) {
        return simulation.random().nextInt(cases) == 0 ? 1 : 0;
    }
}
