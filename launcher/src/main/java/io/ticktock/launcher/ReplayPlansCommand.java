package io.ticktock.launcher;

import io.ticktock.graph.AgentGraph;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ticktock plans replay}: what the Plans of a new version of a graph would have chosen in recorded lifetimes. */
@Command(
        name = "replay",
        description = {
            "Lets the Plans of a graph file decide over the recorded results of lifetimes of that graph, of any version,",
            "and tells where they choose other Tasks than was recorded. Changes nothing, and runs no Task."
        },
        footer = {
            "",
            "What would have followed a different choice is unknown: after a lifetime's first difference nothing further",
            "of that lifetime is compared. --since and --until go by when lifetimes began.",
            "Exit code 1 when something differs."
        })
final class ReplayPlansCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "GRAPH", description = "The graph file, YAML or JSON; it need not be registered.")
    private Path file;

    @Mixin
    private TimeSpanOptions times;

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    ReplayPlansCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        TimeSpanOptions.TimeSpan span = times.withBeginning(Instant.now());
        AgentGraph graph = GraphFile.read(file);
        try (ReachedSystem system = options.toReplay(session)) {
            PlansReplayReport report = replay(new StartedWithin(system.client(), graph.name(), span), graph);
            report.print(session.terminal().out(), format.isJson());
            return (report.differs() ? ExitCode.FAILED : ExitCode.COMPLETED).number();
        }
    }

    private PlansReplayReport replay(StartedWithin lifetimes, AgentGraph graph) {
        PlansReplayReport report = new PlansReplayReport(graph);
        lifetimes.forEach(lifetime -> {
            session.interruption().stopIfRequested("all lifetimes were compared");
            LifetimeId id = LifetimeId.parse(lifetime.getLifetimeId());
            report.add(id, lifetimes.client().replayPlans(id, graph));
        });
        return report;
    }
}
