package io.ticktock.state;

import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.ListLifetimesRequest;
import io.ticktock.proto.v1.ListLifetimesResponse;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A page of lifetimes, newest first, as every store lists them: by their ids, which begin with the millisecond of their
 * start.
 *
 * @param first the lowest id that is asked for
 * @param end the first id that is too late
 * @param place the id behind which the page begins, which goes downwards
 */
public record LifetimeList(ListLifetimesRequest request, int size, UUID first, UUID end, UUID place) {

    private static final int MOST_LABELS = 16;
    private static final UUID LOWEST = new UUID(0, 0);
    private static final UUID HIGHEST = new UUID(-1, -1);

    /** Throws INVALID_ARGUMENT. */
    public static LifetimeList of(ListLifetimesRequest request) {
        Checks.tenant(request.getTenantId());
        Checks.atMost("labels", request.getLabelsCount(), MOST_LABELS);
        Checks.text("graph_name", request.getGraphName());
        request.getLabelsMap().forEach((name, value) -> {
            Checks.text("labels", name);
            Checks.text("labels", value);
        });
        if (request.hasCreatedAfter() && request.hasCreatedBefore()) {
            Checks.inOrder("created_after", request.getCreatedAfter(), "created_before", request.getCreatedBefore());
        }
        return new LifetimeList(
                request,
                Pages.size(request.getPageSize()),
                request.hasCreatedAfter() ? HistoryRange.firstId(request.getCreatedAfter()) : LOWEST,
                request.hasCreatedBefore() ? HistoryRange.firstId(request.getCreatedBefore()) : HIGHEST,
                Pages.place(filters(request), request.getPageToken())
                        .map(Pages::lifetime)
                        .orElse(HIGHEST));
    }

    /** What a token is good for: the same filters, whatever order the labels came in. */
    private static ListLifetimesRequest filters(ListLifetimesRequest request) {
        return request.toBuilder()
                .clearPageSize()
                .clearPageToken()
                .clearLabels()
                .putAllLabels(new TreeMap<>(request.getLabelsMap()))
                .build();
    }

    public ListLifetimesResponse page(List<AgentLifetime> lifetimes) {
        ListLifetimesResponse.Builder page = ListLifetimesResponse.newBuilder().addAllLifetimes(lifetimes);
        if (lifetimes.size() == size) {
            page.setNextPageToken(
                    Pages.token(filters(request), lifetimes.get(size - 1).getLifetimeId()));
        }
        return page.build();
    }
}
