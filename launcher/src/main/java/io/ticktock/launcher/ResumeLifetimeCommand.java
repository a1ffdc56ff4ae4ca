package io.ticktock.launcher;

import io.ticktock.proto.v1.LifetimeStatus;
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

    @Mixin
    private FormatOption format;

    @Mixin
    private SystemOptions options;

    ResumeLifetimeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        LifetimeId lifetimeId = LifetimeId.parse(id);
        try (LocalSystem system = LocalSystem.toSteer(options.configuration(session.environment()))) {
            Client client = system.client();
            if (isPaused(client, lifetimeId)) {
                new Steering(client, lifetimeId).give(Signals.resume(reason), () -> !isPaused(client, lifetimeId));
            }
            if (system.drivesHere()) {
                return system.seeThrough(lifetimeId, session, format.format()).number();
            }
            String status = LifetimeReport.status(client.lifetime(lifetimeId).getStatus());
            session.terminal().out().println("lifetime " + lifetimeId + " is " + status);
        }
        return ExitCode.COMPLETED.number();
    }

    private static boolean isPaused(Client client, LifetimeId id) {
        return client.lifetime(id).getStatus() == LifetimeStatus.LIFETIME_STATUS_PAUSED;
    }
}
