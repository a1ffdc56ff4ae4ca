package io.ticktock.launcher;

import io.ticktock.proto.v1.AgentLifetime;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;

/** Tells how a watched lifetime came out: its output, or why there is none and what can be done. */
final class Conclusion {

    private final ReachedSystem system;
    private final Client client;
    private final LifetimeReport report;
    private final Terminal terminal;

    private Conclusion(ReachedSystem system, Terminal terminal) {
        this.system = system;
        this.client = system.client();
        this.report = new LifetimeReport(client, system.payloads());
        this.terminal = terminal;
    }

    /** Watches a lifetime until it has ended or cannot go on without help, and tells how it came out. */
    static ExitCode seeThrough(ReachedSystem system, LifetimeId id, Session session, OutputFormat format)
            throws InterruptedException {
        LifetimeWatch watch =
                new LifetimeWatch(system.client(), system.payloads(), id, session.terminal(), session.interruption());
        LifetimeWatch.Ending ending = watch.follow();
        return new Conclusion(system, session.terminal()).tell(id, ending, format);
    }

    private ExitCode tell(LifetimeId id, LifetimeWatch.Ending ending, OutputFormat format) {
        AgentLifetime lifetime = client.lifetime(id);
        if (format == OutputFormat.JSON) {
            terminal.out().println(Json.text(report.json(lifetime)));
        }
        return switch (lifetime.getStatus()) {
            case LIFETIME_STATUS_COMPLETED -> completed(lifetime, format);
            case LIFETIME_STATUS_FAILED, LIFETIME_STATUS_ABORTED -> failed(lifetime);
            case LIFETIME_STATUS_RUNNING, LIFETIME_STATUS_PAUSED -> left(id, lifetime, ending);
            case LIFETIME_STATUS_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalStateException("lifetime " + id + " has no status");
        };
    }

    private ExitCode completed(AgentLifetime lifetime, OutputFormat format) {
        if (format == OutputFormat.TEXT) {
            report.printOutput(lifetime, terminal.out());
        }
        return ExitCode.COMPLETED;
    }

    private ExitCode failed(AgentLifetime lifetime) {
        terminal.err()
                .println("ticktock: lifetime " + lifetime.getLifetimeId() + " "
                        + LifetimeReport.status(lifetime.getStatus()) + ": " + Terminal.line(lifetime.getReason()));
        return ExitCode.FAILED;
    }

    private ExitCode left(LifetimeId id, AgentLifetime lifetime, LifetimeWatch.Ending ending) {
        PrintStream err = terminal.err();
        switch (ending) {
            case PAUSED ->
                err.println("ticktock: lifetime " + id + " is paused: " + Terminal.line(lifetime.getReason())
                        + "; go on with: "
                        + command("resume", id)
                        + (isOfItsOwnBudget(lifetime) ? " [--add-budget METRIC=AMOUNT]" : ""));
            case UNANSWERED ->
                questions(id)
                        .forEach(question -> err.println("ticktock: lifetime " + id
                                + " waits for an answer to " + question.nodeId() + "; give it with: "
                                + command("answer", id) + " --execution " + question.execId() + example(question)));
            case ENDED, INTERRUPTED ->
                err.println("ticktock: lifetime " + id + " has not ended; "
                        + (system.drivesHere() ? "go on with: " + command("resume", id) : goesOn(id)));
        }
        return ExitCode.WAITING;
    }

    private String goesOn(LifetimeId id) {
        return "it goes on there, and is seen with: " + command("show", id);
    }

    /** A tenant's budget is raised in its file. */
    private static boolean isOfItsOwnBudget(AgentLifetime lifetime) {
        return lifetime.getReason().startsWith("budget: ")
                && !lifetime.getReason().contains(" in this window (");
    }

    private String command(String verb, LifetimeId id) {
        return Session.program() + " lifetimes " + verb + ' ' + id + system.flags();
    }

    private List<OpenWaits.Question> questions(LifetimeId id) {
        return OpenWaits.of(client, id).questions();
    }

    private static String example(OpenWaits.Question question) {
        return AnswerForm.of(question.request()).fields().stream()
                .filter(field -> !field.name().isEmpty())
                .map(field -> " --input " + field.name() + "=…")
                .collect(Collectors.joining());
    }
}
