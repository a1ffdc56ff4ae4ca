package io.ticktock.launcher;

import io.ticktock.proto.v1.LifetimeStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ticktock lifetimes abort}. */
@Command(name = "abort", description = "Ends a lifetime now and cancels what runs.")
final class AbortLifetimeCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "ID", description = "The lifetime.")
    private String id;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the log.")
    private String reason = "aborted by hand";

    @Mixin
    private TargetOptions options;

    AbortLifetimeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        LifetimeId lifetimeId = LifetimeId.parse(id);
        try (ReachedSystem system = options.toSteer(session)) {
            Client client = system.client();
            new Steering(client, lifetimeId)
                    .give(
                            Signals.abort(reason),
                            () -> client.lifetime(lifetimeId).getStatus() == LifetimeStatus.LIFETIME_STATUS_ABORTED);
            session.terminal().out().println("lifetime " + lifetimeId + " is aborted");
        }
        return ExitCode.COMPLETED.number();
    }
}
