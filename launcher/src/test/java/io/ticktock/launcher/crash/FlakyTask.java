package io.ticktock.launcher.crash;

import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The Task type {@code crash.flaky}: fails in as many attempts as its input says, and then gives the input's value. */
public final class FlakyTask implements TaskType {

    /** The system property that names the file in which runs are written down; without it they are not. */
    public static final String LEDGER = "crash.ledger";

    /** The nodes of this type in all graphs of the suite. */
    public static final Set<String> NODES = Set.of("work", "add", "count", "line_up");

    private final Optional<EffectLedger> ledger =
            Optional.ofNullable(System.getProperty(LEDGER)).map(file -> EffectLedger.open(Path.of(file)));

    @Override
    public String name() {
        return "crash.flaky";
    }

    @Override
    public TaskHandler handler() {
        return context -> CompletableFuture.completedFuture(runNoted(context));
    }

    private TaskOutcome runNoted(TaskContext context) {
        ledger.ifPresent(kept -> kept.begin(context.attempt()));
        TaskOutcome outcome = run(context);
        ledger.ifPresent(kept -> kept.finish(context.attempt()));
        return outcome;
    }

    private static TaskOutcome run(TaskContext context) {
        Map<?, ?> input = (Map<?, ?>) context.input().tree();
        long failures = (Long) input.get("failures");
        return context.attempt().number() <= failures
                ? TaskOutcome.failure("flaky", "it fails " + failures + " times", true)
                : TaskOutcome.json(Map.of("value", input.get("value")));
    }
}
