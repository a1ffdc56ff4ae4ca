package io.ticktock.launcher;

import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** Gives a command to a lifetime and waits, within bounds, until its effect is durable. */
final class Steering {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final Client client;
    private final LifetimeId id;

    Steering(Client client, LifetimeId id) {
        this.client = client;
        this.id = id;
    }

    /** Brings a lifetime to where this command takes it, and says so; the exit code. */
    static int bring(Session session, TargetOptions options, String id, Signal.Builder command, LifetimeStatus status)
            throws InterruptedException {
        LifetimeId lifetimeId = LifetimeId.parse(id);
        try (ReachedSystem system = options.toSteer(session)) {
            Client client = system.client();
            new Steering(client, lifetimeId)
                    .give(command, () -> client.lifetime(lifetimeId).getStatus() == status);
        }
        session.terminal().out().println("lifetime " + lifetimeId + " is " + LifetimeReport.status(status));
        return ExitCode.COMPLETED.number();
    }

    void give(Signal.Builder command, BooleanSupplier effect) throws InterruptedException {
        client.signal(id, command);
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (!effect.getAsBoolean()) {
            if (Instant.now().isAfter(deadline)) {
                throw new CommandFailure(
                        ExitCode.FAILED,
                        "the command is left for lifetime " + id + ", but nothing took it up within "
                                + LONGEST_WAIT.toSeconds() + " s; it stays valid");
            }
            Thread.sleep(LOOK_EVERY.toMillis());
        }
    }
}
