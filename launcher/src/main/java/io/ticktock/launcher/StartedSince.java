package io.ticktock.launcher;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.ListLifetimesRequest;
import io.ticktock.proto.v1.ListLifetimesResponse;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The lifetimes of a tenant that started in a span of time, newest first, read page by page.
 *
 * @param graph only those of this graph; empty: of any
 * @param since empty: from the beginning
 */
record StartedSince(Client client, String graph, Optional<Instant> since) {

    private static final int PAGE = 200;

    void forEach(Consumer<AgentLifetime> each) {
        ListLifetimesRequest.Builder request =
                ListLifetimesRequest.newBuilder().setGraphName(graph).setPageSize(PAGE);
        do {
            ListLifetimesResponse page = client.lifetimes(request);
            for (AgentLifetime lifetime : page.getLifetimesList()) {
                if (isBefore(lifetime)) {
                    return;
                }
                each.accept(lifetime);
            }
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty());
    }

    private boolean isBefore(AgentLifetime lifetime) {
        return since.isPresent() && ProtoTime.instant(lifetime.getCreatedAt()).isBefore(since.get());
    }
}
