package io.ticktock.testkit;

import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.ReadStreamRequest;
import io.ticktock.proto.v1.ReadStreamResponse;
import io.ticktock.proto.v1.StreamedEvent;
import io.ticktock.state.Checks;
import io.ticktock.state.Pages;
import io.ticktock.state.PositionSeal;
import io.ticktock.state.StreamFilter;
import io.ticktock.state.StreamPages;
import io.ticktock.state.StreamPosition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;

/** The order in which the events of each tenant were logged. Every decision is a transaction of its own. */
final class InMemoryStream {

    private record Logged(UUID lifetimeId, LifetimeEvent event) {}

    private final PositionSeal seal = new PositionSeal(new byte[PositionSeal.KEY_BYTES]);
    private final Map<String, NavigableMap<StreamPosition, Logged>> streams = new HashMap<>();
    private long next = 1;

    void add(String tenantId, UUID lifetimeId, List<LifetimeEvent> events) {
        NavigableMap<StreamPosition, Logged> stream = streams.computeIfAbsent(tenantId, none -> new TreeMap<>());
        events.forEach(event ->
                stream.put(new StreamPosition(next, lifetimeId, event.getSeq()), new Logged(lifetimeId, event)));
        next++;
    }

    /** @param graphName of a lifetime */
    ReadStreamResponse read(ReadStreamRequest request, Function<UUID, String> graphName) {
        String tenantId = Checks.tenant(request.getTenantId());
        StreamPages pages = new StreamPages(seal, tenantId, StreamFilter.of(request));
        int size = Pages.sizeOfEvents(request.getPageSize());
        if (request.getPosition().isEmpty()) {
            return pages.now(next);
        }
        StreamPosition after = pages.requireReached(pages.place(request.getPosition()), next);
        NavigableMap<StreamPosition, Logged> rest =
                streams.getOrDefault(tenantId, new TreeMap<>()).tailMap(after, false);
        ReadStreamResponse.Builder page = ReadStreamResponse.newBuilder();
        StreamPosition last = after;
        int looked = 0;
        for (Map.Entry<StreamPosition, Logged> logged : rest.entrySet()) {
            if (looked == size) {
                break;
            }
            looked++;
            last = logged.getKey();
            LifetimeEvent event = logged.getValue().event();
            if (pages.filter().takes(graphName.apply(logged.getValue().lifetimeId()), event)) {
                page.addEvents(
                        StreamedEvent.newBuilder().setPosition(pages.text(last)).setEvent(event));
            }
        }
        boolean isCut = looked == size;
        return page.setPosition(pages.text(isCut ? last : StreamPosition.before(next)))
                .setMore(isCut)
                .build();
    }
}
