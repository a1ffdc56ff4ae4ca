package io.ticktock.launcher;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ticktock plans …}: works on the Plans of graph files. */
@Command(name = "plans", description = "Tries the Plans of a graph file out on what was recorded.")
final class PlansCommand {

    static CommandLine commandLine(Session session) {
        return new CommandLine(new PlansCommand()).addSubcommand(new ReplayPlansCommand(session));
    }
}
