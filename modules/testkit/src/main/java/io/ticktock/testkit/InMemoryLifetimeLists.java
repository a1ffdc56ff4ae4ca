package io.ticktock.testkit;

import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.ListLifetimesRequest;
import io.ticktock.proto.v1.ListLifetimesResponse;
import io.ticktock.proto.v1.ListRunnableRequest;
import io.ticktock.proto.v1.ListRunnableResponse;
import io.ticktock.state.LifetimeIdentity;
import io.ticktock.state.LifetimeList;
import java.util.Map;
import java.util.NavigableMap;

/** Pages of lifetimes: those that a tenant looks for, and those that owners of shards are to drive. */
final class InMemoryLifetimeLists {

    static final int MOST_LISTED = 1_000;

    private InMemoryLifetimeLists() {}

    static ListLifetimesResponse page(
            ListLifetimesRequest request,
            NavigableMap<LifetimeIdentity, AgentLifetime> heads,
            InMemoryQuarantine quarantine) {
        LifetimeList list = LifetimeList.of(request);
        String tenantId = request.getTenantId();
        return list.page(
                heads.headMap(new LifetimeIdentity(tenantId, list.place()), false).descendingMap().entrySet().stream()
                        .filter(entry -> entry.getKey().tenantId().equals(tenantId))
                        .filter(entry -> isWithin(list, entry.getKey()))
                        .map(Map.Entry::getValue)
                        .filter(head -> matches(head, request))
                        .limit(list.size())
                        .map(quarantine::marked)
                        .toList());
    }

    private static boolean isWithin(LifetimeList list, LifetimeIdentity lifetime) {
        String id = lifetime.lifetimeId().toString();
        return id.compareTo(list.first().toString()) >= 0
                && id.compareTo(list.end().toString()) < 0;
    }

    private static boolean matches(AgentLifetime head, ListLifetimesRequest request) {
        boolean isOfGraph = request.getGraphName().isEmpty()
                || request.getGraphName().equals(head.getGraph().getName());
        boolean hasStatus = request.getStatus() == LifetimeStatus.LIFETIME_STATUS_UNSPECIFIED
                || request.getStatus() == head.getStatus();
        return isOfGraph
                && hasStatus
                && head.getLabelsMap()
                        .entrySet()
                        .containsAll(request.getLabelsMap().entrySet());
    }

    static ListRunnableResponse runnable(
            ListRunnableRequest request,
            NavigableMap<LifetimeIdentity, AgentLifetime> heads,
            InMemoryQuarantine quarantine) {
        return ListRunnableResponse.newBuilder()
                .addAllLifetimes(behind(request, heads).entrySet().stream()
                        .filter(entry -> isRunnable(entry.getValue()))
                        .map(Map.Entry::getKey)
                        .filter(lifetime -> InMemoryLifetimes.isIn(request.getShardsList(), lifetime))
                        .filter(lifetime -> quarantine.reason(lifetime).isEmpty())
                        .limit(MOST_LISTED)
                        .map(InMemoryLifetimes::key)
                        .toList())
                .build();
    }

    private static Map<LifetimeIdentity, AgentLifetime> behind(
            ListRunnableRequest request, NavigableMap<LifetimeIdentity, AgentLifetime> heads) {
        if (!request.hasAfter()) {
            return heads;
        }
        return heads.tailMap(
                LifetimeIdentity.of(
                        request.getAfter().getTenantId(), request.getAfter().getLifetimeId()),
                false);
    }

    private static boolean isRunnable(AgentLifetime head) {
        return head.getStatus() == LifetimeStatus.LIFETIME_STATUS_RUNNING && !head.getParked();
    }
}
