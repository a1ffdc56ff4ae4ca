package io.ticktock.launcher;

import io.ticktock.bus.ProtoTime;
import io.ticktock.launcher.TimeSpanOptions.TimeSpan;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.ListLifetimesRequest;
import io.ticktock.proto.v1.ListLifetimesResponse;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * The lifetimes of a tenant that started in a span of time, newest first, read page by page.
 *
 * @param graph only those of this graph; empty: of any
 */
record StartedWithin(Client client, String graph, TimeSpan span) {

    private static final int PAGE = 200;

    void forEach(Consumer<AgentLifetime> each) {
        ListLifetimesRequest.Builder request =
                ListLifetimesRequest.newBuilder().setGraphName(graph).setPageSize(PAGE);
        do {
            ListLifetimesResponse page = client.lifetimes(request);
            for (AgentLifetime lifetime : page.getLifetimesList()) {
                Instant started = ProtoTime.instant(lifetime.getCreatedAt());
                if (span.since().filter(started::isBefore).isPresent()) {
                    return;
                }
                if (span.until().filter(until -> !started.isBefore(until)).isEmpty()) {
                    each.accept(lifetime);
                }
            }
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty());
    }
}
