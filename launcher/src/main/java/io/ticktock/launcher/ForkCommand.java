package io.ticktock.launcher;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.Payload;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ticktock fork}: another way on from a point of a lifetime, here, to its end. */
@Command(
        name = "fork",
        description = {
            "Starts a lifetime that shares what another has recorded up to one of its executions, and goes on from",
            "there. Nothing of what is shared runs again or is spent again, and the other lifetime is left as it is."
        },
        footer = {
            "",
            "Exit codes: 0 completed, 1 failed or aborted, 2 wrong usage, 3 left waiting.",
        })
final class ForkCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "ID", description = "The lifetime to fork; running or ended.")
    private String id;

    @Option(
            names = "--at",
            paramLabel = "EXEC_ID",
            required = true,
            description = "The execution behind which the fork goes on, as 'ticktock executions ID' lists it.")
    private String execId;

    @Option(
            names = "--version",
            paramLabel = "V",
            description = "Go on with this registered version of the graph. Default: that of the lifetime.")
    private String version = "";

    @Option(
            names = "--input",
            paramLabel = "JSON|KEY=VALUE|KEY=@FILE",
            description = {
                "Input of the fork, as for 'ticktock run'; what is shared has been decided by the old one.",
                "Default: the input of the lifetime."
            })
    private List<String> inputs = List.of();

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    ForkCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        LifetimeId parent = LifetimeId.parse(id);
        Optional<byte[]> input = inputs.isEmpty() ? Optional.empty() : Optional.of(Json.bytes(InputObject.of(inputs)));
        try (ReachedSystem system = options.toRun(session)) {
            LifetimeId fork = LifetimeId.random();
            fork(system.client(), fork, parent, input.map(system.payloads()::json));
            session.terminal().err().println("lifetime " + fork + " is a fork of " + parent);
            return Conclusion.seeThrough(system, fork, session, format.format()).number();
        }
    }

    private void fork(Client client, LifetimeId fork, LifetimeId parent, Optional<Payload> input) {
        try {
            client.fork(fork, parent, execId, version, input);
        } catch (Failure failure) {
            if (failure.code() != FailureCode.FAILED_PRECONDITION) {
                throw failure;
            }
            throw new CommandFailure(ExitCode.USAGE, failure.getMessage(), failure);
        }
    }
}
