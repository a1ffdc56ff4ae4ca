package io.ticktock.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code ticktock version}. */
@Command(name = "version", description = "Prints the version of this program, not of a server.")
final class VersionCommand implements Callable<Integer> {

    private final Session session;

    VersionCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.terminal()
                .out()
                .println("ticktock " + version() + ", Java " + Runtime.version().feature());
        return ExitCode.COMPLETED.number();
    }

    /** Only the jar knows it. */
    private static String version() {
        String version = VersionCommand.class.getPackage().getImplementationVersion();
        return version == null ? "(built from sources)" : version;
    }
}
