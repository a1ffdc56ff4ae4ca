package io.ticktock.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.ListLifetimesRequest;
import io.ticktock.proto.v1.ListLifetimesResponse;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ticktock lifetimes list}. */
@Command(name = "list", description = "Lists lifetimes, newest first.")
final class ListLifetimesCommand implements Callable<Integer> {

    /** The statuses that can be asked for. */
    enum StatusFilter {
        RUNNING(LifetimeStatus.LIFETIME_STATUS_RUNNING),
        PAUSED(LifetimeStatus.LIFETIME_STATUS_PAUSED),
        COMPLETED(LifetimeStatus.LIFETIME_STATUS_COMPLETED),
        FAILED(LifetimeStatus.LIFETIME_STATUS_FAILED),
        ABORTED(LifetimeStatus.LIFETIME_STATUS_ABORTED);

        private final LifetimeStatus status;

        StatusFilter(LifetimeStatus status) {
            this.status = status;
        }
    }

    private static final int MAX_PAGE = 200;

    private final Session session;

    @Option(names = "--graph", paramLabel = "NAME", description = "Only those of this graph.")
    private String graph = "";

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description = "Only those that are running, paused, completed, failed or aborted.")
    private StatusFilter status;

    @Option(names = "--limit", paramLabel = "N", description = "At most this many; 50 by default, up to 100000.")
    private int limit = 50;

    @Mixin
    private LabelOptions labels;

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    ListLifetimesCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (limit < 1 || limit > 100_000) {
            throw CommandFailure.usage("--limit must be 1 to 100000, not " + limit);
        }
        try (ReachedSystem system = options.toLookAt(session)) {
            print(lifetimes(system.client()));
        }
        return ExitCode.COMPLETED.number();
    }

    private List<AgentLifetime> lifetimes(Client client) {
        List<AgentLifetime> lifetimes = new ArrayList<>();
        ListLifetimesRequest.Builder request =
                ListLifetimesRequest.newBuilder().setGraphName(graph).putAllLabels(labels.labels());
        if (status != null) {
            request.setStatus(status.status);
        }
        do {
            request.setPageSize(Math.min(MAX_PAGE, limit - lifetimes.size()));
            ListLifetimesResponse page = client.lifetimes(request);
            lifetimes.addAll(page.getLifetimesList());
            request.setPageToken(page.getNextPageToken());
        } while (lifetimes.size() < limit && !request.getPageToken().isEmpty());
        return lifetimes;
    }

    private void print(List<AgentLifetime> lifetimes) {
        if (format.isJson()) {
            ObjectNode json = Json.object();
            ArrayNode list = json.putArray("lifetimes");
            lifetimes.forEach(lifetime -> list.add(LifetimeReport.summary(lifetime)));
            session.terminal().out().println(Json.text(json));
            return;
        }
        Table table = new Table("LIFETIME", "GRAPH", "VERSION", "STATUS", "STARTED", "EXECUTIONS", "REASON");
        for (AgentLifetime lifetime : lifetimes) {
            table.row(
                    lifetime.getLifetimeId(),
                    lifetime.getGraph().getName(),
                    lifetime.getGraph().getVersion(),
                    LifetimeReport.status(lifetime.getStatus()),
                    ProtoTime.instant(lifetime.getCreatedAt()).truncatedTo(ChronoUnit.SECONDS),
                    lifetime.getTotals().getExecutions(),
                    lifetime.getReason());
        }
        table.print(session.terminal().out());
    }
}
