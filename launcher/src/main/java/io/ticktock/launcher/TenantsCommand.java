package io.ticktock.launcher;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ticktock tenants …}. */
@Command(
        name = "tenants",
        description = {
            "Creates and lists tenants, of a data folder or at a server.",
            "At a server it takes a key of an administrator of the tenant 'default'."
        })
final class TenantsCommand {

    static CommandLine commandLine(Session session) {
        return new CommandLine(new TenantsCommand())
                .addSubcommand(new CreateTenantCommand(session))
                .addSubcommand(new ListTenantsCommand(session));
    }
}
