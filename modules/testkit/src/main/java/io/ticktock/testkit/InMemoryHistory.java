package io.ticktock.testkit;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.LifetimeLog;
import io.ticktock.proto.v1.ListHistoryRequest;
import io.ticktock.proto.v1.ListHistoryResponse;
import io.ticktock.state.HistoryRange;
import io.ticktock.state.LifetimeIdentity;
import io.ticktock.state.Pages;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.NavigableMap;
import java.util.UUID;

/** Pages of the logs of many lifetimes. */
final class InMemoryHistory {

    private final ListHistoryRequest request;
    private final HistoryRange range;
    private final int size;
    private final NavigableMap<LifetimeIdentity, AgentLifetime> heads;
    private final Map<LifetimeIdentity, ? extends NavigableMap<Long, LifetimeEvent>> logs;

    private InMemoryHistory(
            ListHistoryRequest request,
            NavigableMap<LifetimeIdentity, AgentLifetime> heads,
            Map<LifetimeIdentity, ? extends NavigableMap<Long, LifetimeEvent>> logs) {
        this.request = request;
        this.range = HistoryRange.of(request);
        this.size = Pages.size(request.getPageSize(), HistoryRange.USUAL_EVENTS, HistoryRange.MOST_EVENTS);
        this.heads = heads;
        this.logs = logs;
    }

    static ListHistoryResponse page(
            ListHistoryRequest request,
            NavigableMap<LifetimeIdentity, AgentLifetime> heads,
            Map<LifetimeIdentity, ? extends NavigableMap<Long, LifetimeEvent>> logs) {
        return new InMemoryHistory(request, heads, logs).page();
    }

    private ListHistoryResponse page() {
        if (range.tenantId().isEmpty()) {
            return tenantBehind("");
        }
        ListHistoryResponse.Builder page = ListHistoryResponse.newBuilder();
        int events = 0;
        long bytes = 0;
        LifetimeIdentity from = new LifetimeIdentity(range.tenantId(), range.afterLifetime());
        for (Map.Entry<LifetimeIdentity, AgentLifetime> head :
                heads.tailMap(from, true).entrySet()) {
            LifetimeIdentity lifetime = head.getKey();
            if (!lifetime.tenantId().equals(range.tenantId()) || !isBefore(lifetime.lifetimeId(), range.end())) {
                break;
            }
            LifetimeKey key = InMemoryLifetimes.key(lifetime);
            long after = lifetime.equals(from) ? range.afterSeq() : 0;
            ByteString packed = ByteString.EMPTY;
            boolean isFull = false;
            for (LifetimeEvent event : logs.get(lifetime).tailMap(after, false).values()) {
                packed = packed.concat(packed(event));
                page.setAfter(key).setAfterSeq(event.getSeq());
                bytes += event.getSerializedSize();
                isFull = ++events == size || bytes >= HistoryRange.MOST_BYTES;
                if (isFull) {
                    break;
                }
            }
            if (!packed.isEmpty() && isWanted(head.getValue())) {
                page.addLogs(LifetimeLog.newBuilder().setLifetime(key).setEvents(packed));
            }
            if (isFull) {
                return page.build();
            }
        }
        page.clearAfter().clearAfterSeq();
        return request.getTenantId().isEmpty()
                ? page.mergeFrom(tenantBehind(range.tenantId())).build()
                : page.build();
    }

    private boolean isWanted(AgentLifetime head) {
        return request.getGraphName().isEmpty()
                || request.getGraphName().equals(head.getGraph().getName());
    }

    private ListHistoryResponse tenantBehind(String tenantId) {
        return heads.keySet().stream()
                .map(LifetimeIdentity::tenantId)
                .filter(other -> other.compareTo(tenantId) > 0)
                .findFirst()
                .map(next -> ListHistoryResponse.newBuilder()
                        .setAfter(LifetimeKey.newBuilder()
                                .setTenantId(next)
                                .setLifetimeId(HistoryRange.begin(request).toString()))
                        .build())
                .orElse(ListHistoryResponse.getDefaultInstance());
    }

    private static ByteString packed(LifetimeEvent event) {
        ByteBuffer size = ByteBuffer.allocate(Integer.BYTES).putInt(event.getSerializedSize());
        return ByteString.copyFrom(size.flip()).concat(event.toByteString());
    }

    /** As PostgreSQL orders UUIDs. */
    private static boolean isBefore(UUID one, UUID other) {
        return one.toString().compareTo(other.toString()) < 0;
    }
}
