package io.ticktock.mcp;

import io.ticktock.sdk.running.Secrets;
import java.io.Closeable;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The servers of the configuration, and what they need to be reached. */
public final class McpServers implements Closeable {

    private static final int THREADS = 8;
    private static final int MOST_WAITING = 4_096;
    private static final int IDLE_S = 60;

    private final Scheduler scheduler =
            Schedulers.newBoundedElastic(THREADS, MOST_WAITING, "ticktock-mcp", IDLE_S, true);
    private final Map<String, ServerLink> links;

    /** @param secretsOf finds the secrets that the configuration refers to, by their names; may block */
    public McpServers(McpConfiguration configuration, Function<Set<String>, Secrets> secretsOf) {
        this.links = configuration.servers().values().stream()
                .collect(Collectors.toUnmodifiableMap(
                        ServerConfiguration::name, server -> new ServerLink(server, scheduler, secretsOf)));
        links.values().forEach(this::keepPinging);
    }

    private void keepPinging(ServerLink link) {
        long intervalMs = link.configuration().pingInterval().toMillis();
        scheduler.schedulePeriodically(link::ping, intervalMs, intervalMs, TimeUnit.MILLISECONDS);
    }

    /** The server of this name, as far as it is there for this tenant. */
    Optional<ServerLink> find(String tenantId, String name) {
        return Optional.ofNullable(links.get(name))
                .filter(link -> link.configuration().isFor(tenantId));
    }

    /** Ends every connection, and the processes that were started for them. Blocks for a few seconds at most. */
    @Override
    public void close() {
        links.values().parallelStream().forEach(ServerLink::close);
        scheduler.dispose();
    }
}
