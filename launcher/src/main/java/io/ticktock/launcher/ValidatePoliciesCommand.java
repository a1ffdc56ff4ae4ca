package io.ticktock.launcher;

import io.ticktock.guardrail.PolicyFiles;
import io.ticktock.guardrail.policy.PolicyFaults;
import io.ticktock.guardrail.policy.PolicySet;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ticktock policies validate}: every fault of every file. */
@Command(
        name = "validate",
        description = "Checks policy files and prints all their faults. Needs neither data folder nor --server.")
final class ValidatePoliciesCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Policy files, or folders of them.")
    private List<Path> files;

    ValidatePoliciesCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ExitCode worst = ExitCode.COMPLETED;
        for (Path file : files) {
            try {
                PolicySet policies = PolicyFiles.read(file);
                String count = policies.size() == 1 ? "1 policy" : policies.size() + " policies";
                session.terminal().out().println(file + ": ok, " + count);
            } catch (PolicyFaults faults) {
                session.terminal().err().println(faults.getMessage());
                worst = ExitCode.USAGE;
            }
        }
        return worst.number();
    }
}
