package io.ticktock.launcher;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ticktock keys …}. */
@Command(
        name = "keys",
        description = {
            "Creates, lists and revokes the keys with which a server knows who asks.",
            "On a data folder it needs no key, so that the first one is made there, while it is served or before."
        })
final class KeysCommand {

    static CommandLine commandLine(Session session) {
        return new CommandLine(new KeysCommand())
                .addSubcommand(new CreateKeyCommand(session))
                .addSubcommand(new ListKeysCommand(session))
                .addSubcommand(new RevokeKeyCommand(session));
    }
}
