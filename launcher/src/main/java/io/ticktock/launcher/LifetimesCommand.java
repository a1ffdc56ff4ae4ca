package io.ticktock.launcher;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ticktock lifetimes …}: looks at and steers what runs or has run. */
@Command(
        name = "lifetimes",
        description = {
            "Lists, shows and steers the lifetimes of a data folder, or of a server with --server.",
            "Where a process serves a folder, that process does what is asked; else this one does."
        })
final class LifetimesCommand {

    static CommandLine commandLine(Session session) {
        return new CommandLine(new LifetimesCommand())
                .addSubcommand(new ListLifetimesCommand(session))
                .addSubcommand(new ShowLifetimeCommand(session))
                .addSubcommand(new PauseLifetimeCommand(session))
                .addSubcommand(new ResumeLifetimeCommand(session))
                .addSubcommand(new AbortLifetimeCommand(session))
                .addSubcommand(new AnswerLifetimeCommand(session));
    }
}
