package io.ticktock.launcher;

import static java.util.stream.Collectors.joining;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.settings.LlmPlanSettings;
import io.ticktock.graph.settings.LlmTaskSettings;
import io.ticktock.proto.v1.GraphReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ticktock run}: one lifetime of one graph, here, from its start to its end. */
@Command(
        name = "run",
        description = "Runs one lifetime of a graph and prints its output.",
        footer = {
            "",
            "Exit codes: 0 completed, 1 failed or aborted, 2 wrong usage or file, 3 left waiting.",
        })
final class RunCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "GRAPH.yaml", description = "The graph's file.")
    private Path file;

    @Option(
            names = "--input",
            paramLabel = "JSON|KEY=VALUE|KEY=@FILE",
            description = {
                "Input of the lifetime: a JSON object, or one of its values.",
                "May be repeated; a value is JSON where it can be, else text."
            })
    private List<String> inputs = List.of();

    @Mixin
    private LabelOptions labels;

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    RunCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        byte[] input = Json.bytes(InputObject.of(inputs));
        Map<String, String> labelled = labels.labels();
        AgentGraph graph = GraphFile.read(file);
        try (ReachedSystem system = asksModel(graph) ? options.toRunWithModel(session) : options.toRun(session)) {
            GraphReference reference = register(system.client(), graph);
            session.interruption().stopIfRequested("the lifetime started");
            LifetimeId id = LifetimeId.random();
            system.client().start(id, reference, system.payloads().json(input), labelled);
            return Conclusion.seeThrough(system, id, session, format.format()).number();
        }
    }

    private static boolean asksModel(AgentGraph graph) {
        return graph.nodes().values().stream()
                .anyMatch(node ->
                        node.settings() instanceof LlmTaskSettings || node.settings() instanceof LlmPlanSettings);
    }

    private GraphReference register(Client client, AgentGraph graph) {
        try {
            return client.register(graph, this::warn);
        } catch (Failure failure) {
            throw refused(graph, failure);
        }
    }

    private void warn(String warning) {
        session.terminal().err().println("ticktock: warning: " + file + ": " + warning);
    }

    private RuntimeException refused(AgentGraph graph, Failure failure) {
        if (failure.code() == FailureCode.INVALID_ARGUMENT) {
            String faults = failure.getMessage()
                    .lines()
                    .map(fault -> file + ": " + fault)
                    .collect(joining("\n"));
            return new CommandFailure(ExitCode.USAGE, faults, failure);
        }
        if (failure.code() == FailureCode.ALREADY_EXISTS) {
            return new CommandFailure(
                    ExitCode.USAGE,
                    file + ": graph " + graph.name() + " " + graph.version()
                            + " is registered with other content, and a version never changes; raise 'version:' in the file",
                    failure);
        }
        return failure;
    }
}
