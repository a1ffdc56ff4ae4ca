package io.ticktock.state;

import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.LifetimeStatus;
import io.vertx.core.buffer.Buffer;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Head rows as the arrays of a statement: tenant_id, lifetime_id, shard, status, parked, last_seq, updated_at,
 * ended_at, wake_at, head.
 */
final class HeadColumns {

    private final List<String> tenants = new ArrayList<>();
    private final List<UUID> lifetimes = new ArrayList<>();
    private final List<Short> shards = new ArrayList<>();
    private final List<Short> statuses = new ArrayList<>();
    private final List<Boolean> parked = new ArrayList<>();
    private final List<Long> lastSeqs = new ArrayList<>();
    private final List<OffsetDateTime> updated = new ArrayList<>();
    private final List<OffsetDateTime> ended = new ArrayList<>();
    private final List<OffsetDateTime> wake = new ArrayList<>();
    private final List<Buffer> heads = new ArrayList<>();

    void add(String tenantId, UUID lifetimeId, LifetimeDecision decision) {
        AgentLifetime head = decision.getHead();
        boolean hasEnded = hasEnded(head.getStatus());
        boolean sleeps = decision.hasWakeAt() && head.getParked() && !hasEnded;
        tenants.add(tenantId);
        lifetimes.add(lifetimeId);
        shards.add((short) Shard.of(lifetimeId).number());
        statuses.add((short) head.getStatusValue());
        parked.add(head.getParked());
        lastSeqs.add(head.getLastSeq());
        updated.add(Stored.time(head.getUpdatedAt()));
        ended.add(hasEnded ? Stored.time(head.getEndedAt()) : null);
        wake.add(sleeps ? Stored.time(decision.getWakeAt()) : null);
        heads.add(Stored.bytes(head));
    }

    void addTo(List<Object> parameters) {
        parameters.add(tenants.toArray(String[]::new));
        parameters.add(lifetimes.toArray(UUID[]::new));
        parameters.add(shards.toArray(Short[]::new));
        parameters.add(statuses.toArray(Short[]::new));
        parameters.add(parked.toArray(Boolean[]::new));
        parameters.add(lastSeqs.toArray(Long[]::new));
        parameters.add(updated.toArray(OffsetDateTime[]::new));
        parameters.add(ended.toArray(OffsetDateTime[]::new));
        parameters.add(wake.toArray(OffsetDateTime[]::new));
        parameters.add(heads.toArray(Buffer[]::new));
    }

    private static boolean hasEnded(LifetimeStatus status) {
        return switch (status) {
            case LIFETIME_STATUS_COMPLETED, LIFETIME_STATUS_FAILED, LIFETIME_STATUS_ABORTED -> true;
            case LIFETIME_STATUS_UNSPECIFIED, LIFETIME_STATUS_RUNNING, LIFETIME_STATUS_PAUSED, UNRECOGNIZED -> false;
        };
    }
}
