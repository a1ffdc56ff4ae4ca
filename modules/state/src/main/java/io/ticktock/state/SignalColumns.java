package io.ticktock.state;

import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.Signal;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Signals as the arrays of a statement: tenant_id, lifetime_id, signal_id, shard, signal. */
final class SignalColumns {

    private final List<String> tenants = new ArrayList<>();
    private final List<UUID> lifetimes = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private final List<Short> shards = new ArrayList<>();
    private final List<Buffer> signals = new ArrayList<>();

    void add(Signal signal) {
        UUID lifetimeId = Checks.lifetime(signal.getLifetimeId());
        tenants.add(Checks.tenant(signal.getTenantId()));
        lifetimes.add(lifetimeId);
        ids.add(signal.getSignalId());
        shards.add((short) Shard.of(lifetimeId).number());
        signals.add(Stored.bytes(signal));
    }

    void addTo(List<Object> parameters) {
        parameters.add(tenants.toArray(String[]::new));
        parameters.add(lifetimes.toArray(UUID[]::new));
        parameters.add(ids.toArray(String[]::new));
        parameters.add(shards.toArray(Short[]::new));
        parameters.add(signals.toArray(Buffer[]::new));
    }
}
