package io.ticktock.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ticktock diff}: two lifetimes side by side. */
@Command(
        name = "diff",
        description = {
            "Compares two lifetimes, forks or not, of any versions: the paths they took, outputs, tokens, cost and time.",
            "What a fork shares is part of its path; what it spent is its own."
        })
final class DiffCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(index = "0", paramLabel = "A", description = "A lifetime.")
    private String a;

    @Parameters(index = "1", paramLabel = "B", description = "The one to compare it with.")
    private String b;

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    DiffCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        LifetimeId idOfA = LifetimeId.parse(a);
        LifetimeId idOfB = LifetimeId.parse(b);
        try (ReachedSystem system = options.toLookAt(session)) {
            DiffReport report = new DiffReport(
                    LifetimeHistory.of(system.client(), idOfA),
                    LifetimeHistory.of(system.client(), idOfB),
                    new LifetimeReport(system.client(), system.payloads()));
            if (format.isJson()) {
                session.terminal().out().println(Json.text(report.json()));
            } else {
                report.print(session.terminal().out());
            }
        }
        return ExitCode.COMPLETED.number();
    }
}
