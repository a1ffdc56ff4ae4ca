package io.ticktock.state;

import io.ticktock.proto.v1.LifetimeEvent;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Events as the arrays of a statement: tenant_id, lifetime_id, seq, event. */
final class EventColumns {

    private final List<String> tenants = new ArrayList<>();
    private final List<UUID> lifetimes = new ArrayList<>();
    private final List<Long> seqs = new ArrayList<>();
    private final List<Buffer> events = new ArrayList<>();

    void add(String tenantId, UUID lifetimeId, List<LifetimeEvent> added) {
        for (LifetimeEvent event : added) {
            tenants.add(tenantId);
            lifetimes.add(lifetimeId);
            seqs.add(event.getSeq());
            events.add(Stored.bytes(event));
        }
    }

    void addTo(List<Object> parameters) {
        parameters.add(tenants.toArray(String[]::new));
        parameters.add(lifetimes.toArray(UUID[]::new));
        parameters.add(seqs.toArray(Long[]::new));
        parameters.add(events.toArray(Buffer[]::new));
    }
}
