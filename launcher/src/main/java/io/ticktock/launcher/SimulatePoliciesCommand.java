package io.ticktock.launcher;

import io.ticktock.bus.ProtoTime;
import io.ticktock.control.WorstCases;
import io.ticktock.guardrail.PolicyFiles;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.guardrail.simulation.PolicySimulation;
import io.ticktock.launcher.bench.CpuTime;
import io.ticktock.proto.v1.ListHistoryRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ticktock policies simulate}: what a draft of the policies would have done to recorded lifetimes. */
@Command(
        name = "simulate",
        description = {
            "Runs a draft of the policies over recorded lifetimes, and tells where it decides otherwise than was recorded.",
            "Changes nothing, and runs no handler."
        },
        footer = {
            "",
            "What follows a lifetime's first divergence is unknown: nothing further of it is judged, and what it spent from",
            "there on is told as avoided, if nothing else had changed.",
            "--since and --until go by when lifetimes began."
        })
final class SimulatePoliciesCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "FILE", description = "The draft: a policy file, or a folder of them.")
    private Path file;

    @Option(names = "--graph", paramLabel = "NAME", description = "Only lifetimes of this graph.")
    private String graph = "";

    @Option(
            names = "--tenant",
            paramLabel = "NAME",
            description = "Only lifetimes of this tenant; else of all. At a server: of the key's tenant.")
    private String tenant = "";

    @Option(
            names = "--all",
            description = "Lists the first divergence of every lifetime; without it, at most "
                    + SimulationReport.USUALLY_LISTED + " of them.")
    private boolean all;

    @Mixin
    private TimeSpanOptions times;

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    SimulatePoliciesCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (!tenant.isEmpty() && options.isServer(session)) {
            throw CommandFailure.usage("--tenant is for a data folder: at a server it is the tenant of the key");
        }
        TimeSpanOptions.TimeSpan span = times.withBeginning(Instant.now());
        PolicySet draft = PolicyFiles.read(file);
        ListHistoryRequest.Builder request =
                ListHistoryRequest.newBuilder().setTenantId(tenant).setGraphName(graph);
        span.since().map(ProtoTime::timestamp).ifPresent(request::setSince);
        span.until().map(ProtoTime::timestamp).ifPresent(request::setUntil);
        try (ReachedSystem system = options.toLookAt(session)) {
            simulate(system, draft, request.build());
        }
        return ExitCode.COMPLETED.number();
    }

    private void simulate(ReachedSystem system, PolicySet draft, ListHistoryRequest request) {
        SimulationReport report = new SimulationReport(session.terminal().out(), format.isJson(), all);
        RecordedHistory history = new RecordedHistory(system.client());
        PolicySimulation.Sources sources = new PolicySimulation.Sources(
                new RegisteredGraphs(system.client())::get, WorstCases::of, history::rejectedRecord);
        PolicySimulation simulation = new PolicySimulation(draft, sources, report::list);
        Clocks begin = Clocks.read(system.databasePid());
        report.begin();
        history.forEach(
                request, simulation::take, () -> session.interruption().stopIfRequested("the end of the history"));
        report.end(draft, simulation.end(), Clocks.read(system.databasePid()).since(begin));
    }

    /**
     * What the simulation took.
     *
     * @param cpu of this process; empty where it cannot be told
     * @param databaseCpu of the database, where this process started it
     */
    record Clocks(Duration wall, Optional<Duration> cpu, Optional<Duration> databaseCpu) {

        static Clocks read(OptionalLong databasePid) {
            Optional<Duration> own = CpuTime.used(OptionalLong.empty());
            return new Clocks(
                    Duration.ofNanos(System.nanoTime()),
                    own,
                    databasePid.isPresent()
                            ? own.flatMap(time -> CpuTime.used(databasePid).map(both -> both.minus(time)))
                            : Optional.empty());
        }

        Clocks since(Clocks begin) {
            return new Clocks(
                    wall.minus(begin.wall),
                    cpu.flatMap(end -> begin.cpu.map(end::minus)),
                    databaseCpu.flatMap(end -> begin.databaseCpu.map(end::minus)));
        }
    }
}
