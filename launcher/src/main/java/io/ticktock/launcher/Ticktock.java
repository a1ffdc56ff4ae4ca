package io.ticktock.launcher;

import io.ticktock.graph.GraphFaults;
import io.ticktock.guardrail.policy.PolicyFaults;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program: reads the command line, runs the command, ends with its exit code. */
@Command(
        name = "ticktock",
        description = "A durable runtime for agent graphs: Plans decide, Tasks do.",
        synopsisSubcommandLabel = "COMMAND")
public final class Ticktock {

    private Ticktock() {}

    public static void main(String[] arguments) {
        Thread.setDefaultUncaughtExceptionHandler(new UncaughtExceptions());
        Session session = Session.ofProcess();
        session.interruption().exit(commandLine(session).execute(arguments));
    }

    static CommandLine commandLine(Session session) {
        PrintStream err = session.terminal().err();
        CommandLine commandLine = new CommandLine(new Ticktock())
                .addSubcommand(new RunCommand(session))
                .addSubcommand(new ForkCommand(session))
                .addSubcommand(new DiffCommand(session))
                .addSubcommand(new ValidateCommand(session))
                .addSubcommand(new DrawCommand(session))
                .addSubcommand(new ServeCommand(session))
                .addSubcommand(PoliciesCommand.commandLine(session))
                .addSubcommand(PlansCommand.commandLine(session))
                .addSubcommand(LifetimesCommand.commandLine(session))
                .addSubcommand(new ExecutionsCommand(session))
                .addSubcommand(new SpendCommand(session))
                .addSubcommand(new ReplayCommand(session))
                .addSubcommand(TenantsCommand.commandLine(session))
                .addSubcommand(KeysCommand.commandLine(session))
                .addSubcommand(new BenchCommand(session))
                .addSubcommand(new VersionCommand(session));
        addHelp(commandLine);
        return commandLine
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(writer(session.terminal().out()))
                .setErr(writer(err))
                .setParameterExceptionHandler((fault, arguments) -> misused(fault, err))
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, err));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    /** Every command explains itself. */
    private static void addHelp(CommandLine commandLine) {
        commandLine
                .getCommandSpec()
                .addOption(CommandLine.Model.OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Explains this command.")
                        .build());
        commandLine.getSubcommands().values().forEach(Ticktock::addHelp);
    }

    private static int misused(ParameterException fault, PrintStream err) {
        String command = fault.getCommandLine().getCommandSpec().qualifiedName();
        if (asksServer(fault)) {
            err.println("ticktock: " + command + " works on this machine alone and takes no --server");
            return ExitCode.USAGE.number();
        }
        String message = withoutKeys(fault.getMessage().lines().findFirst().orElse("wrong usage"));
        String meant = fault instanceof UnmatchedArgumentException unmatched
                ? unmatched.getSuggestions().stream()
                        .findFirst()
                        .map(word -> "; did you mean " + word + '?')
                        .orElse("")
                : "";
        err.println("ticktock: " + message + meant + "; see " + command + " --help");
        return ExitCode.USAGE.number();
    }

    private static boolean asksServer(ParameterException fault) {
        return fault instanceof UnmatchedArgumentException unmatched
                && unmatched.getUnmatched().stream().anyMatch(word -> word.matches("--server(=.*)?"));
    }

    /** Of a flag that is spelled wrong, the value is repeated; a key may be one. */
    private static String withoutKeys(String message) {
        return message.replaceAll("tt_[A-Za-z0-9_-]+", "tt_…");
    }

    private static int failed(Exception cause, PrintStream err) {
        CommandFailure failure = CommandFailure.of(cause);
        logger().debug("The command failed", cause);
        // Faults of a file already begin with its name.
        boolean isOfFile = failure.getCause() instanceof GraphFaults || failure.getCause() instanceof PolicyFaults;
        err.println((isOfFile ? "" : "ticktock: ") + failure.getMessage());
        return failure.exitCode().number();
    }

    /** Not a constant: logging must not be set up before the level is known. */
    private static Logger logger() {
        return LoggerFactory.getLogger(Ticktock.class);
    }
}
