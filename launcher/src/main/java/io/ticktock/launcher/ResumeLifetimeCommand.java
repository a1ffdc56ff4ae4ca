package io.ticktock.launcher;

import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.LifetimeStatus;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ticktock lifetimes resume}. */
@Command(
        name = "resume",
        description = {
            "Lets a paused lifetime go on.",
            "Where no process serves the data folder, goes on here, with one that was interrupted too."
        })
final class ResumeLifetimeCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "ID", description = "The lifetime.")
    private String id;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the log.")
    private String reason = "resumed by hand";

    @Option(
            names = "--add-budget",
            paramLabel = "METRIC=AMOUNT",
            description = "Raises the lifetime's budgets of cost_usd, tokens_used or executions, for good.")
    private List<String> addedBudget = List.of();

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    ResumeLifetimeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        LifetimeId lifetimeId = LifetimeId.parse(id);
        Amounts added = AddedBudget.parse(addedBudget);
        try (ReachedSystem system = options.toSteer(session)) {
            Client client = system.client();
            AgentLifetime before = client.lifetime(lifetimeId);
            if (before.getStatus() == LifetimeStatus.LIFETIME_STATUS_PAUSED) {
                // Guardrails may pause it again at once, so that it is never seen to run.
                new Steering(client, lifetimeId)
                        .give(
                                Signals.resume(reason, added),
                                () -> client.lifetime(lifetimeId).getLastSeq() > before.getLastSeq());
            } else if (!addedBudget.isEmpty()) {
                throw CommandFailure.usage("lifetime " + lifetimeId
                        + " is not paused: --add-budget raises the budget of" + " a paused lifetime");
            }
            if (system.drivesHere()) {
                return Conclusion.seeThrough(system, lifetimeId, session, format.format())
                        .number();
            }
            String status = LifetimeReport.status(client.lifetime(lifetimeId).getStatus());
            session.terminal().out().println("lifetime " + lifetimeId + " is " + status);
        }
        return ExitCode.COMPLETED.number();
    }
}
