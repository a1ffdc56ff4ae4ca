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
        return Steering.bring(session, options, id, Signals.abort(reason), LifetimeStatus.LIFETIME_STATUS_ABORTED);
    }
}
