package io.ticktock.launcher;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ticktock validate}: every fault of every file. */
@Command(
        name = "validate",
        description = "Checks graph files and prints all their faults. Needs neither data folder nor --server.")
final class ValidateCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Graph files, YAML or JSON.")
    private List<Path> files;

    ValidateCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ExitCode worst = ExitCode.COMPLETED;
        for (Path file : files) {
            List<String> faults = GraphFile.faults(file);
            faults.forEach(session.terminal().err()::println);
            if (faults.isEmpty()) {
                session.terminal().out().println(file + ": ok");
            } else {
                worst = ExitCode.USAGE;
            }
        }
        return worst.number();
    }
}
