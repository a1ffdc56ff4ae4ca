package io.ticktock.launcher;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ticktock policies …}: works on policy files. */
@Command(name = "policies", description = "Checks policy files, and tries them out on what was recorded.")
final class PoliciesCommand {

    static CommandLine commandLine(Session session) {
        return new CommandLine(new PoliciesCommand())
                .addSubcommand(new ValidatePoliciesCommand(session))
                .addSubcommand(new SimulatePoliciesCommand(session));
    }
}
