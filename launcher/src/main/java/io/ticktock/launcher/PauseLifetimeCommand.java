package io.ticktock.launcher;

import io.ticktock.proto.v1.LifetimeStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ticktock lifetimes pause}. */
@Command(name = "pause", description = "Lets a lifetime finish what runs, and start nothing new.")
final class PauseLifetimeCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "ID", description = "The lifetime.")
    private String id;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the log.")
    private String reason = "paused by hand";

    @Mixin
    private TargetOptions options;

    PauseLifetimeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        return Steering.bring(session, options, id, Signals.pause(reason), LifetimeStatus.LIFETIME_STATUS_PAUSED);
    }
}
