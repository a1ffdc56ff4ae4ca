package io.ticktock.testkit;

import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.ProtoTotals;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GetUsageRequest;
import io.ticktock.proto.v1.GetUsageResponse;
import io.ticktock.proto.v1.Totals;
import io.ticktock.state.Checks;
import io.ticktock.state.RecordKey;
import io.ticktock.state.UsageRepository;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What the records of an {@link InMemoryStateStore} used, and when. Guarded by its store. */
final class InMemoryUsage {

    private record Used(RecordKey key, ExecutionReference record, Instant at) {}

    private final InstantSource clock;
    private final List<Used> all = new ArrayList<>();

    InMemoryUsage(InstantSource clock) {
        this.clock = clock;
    }

    void add(RecordKey key, ExecutionReference record) {
        all.add(new Used(key, record, clock.instant()));
    }

    /** Nothing is written later than it is recorded here, so that only what is not before now is recent. */
    GetUsageResponse get(GetUsageRequest request) {
        Checks.tenant(request.getTenantId());
        Instant now = clock.instant();
        Instant since = ProtoTime.instant(request.getSince());
        Instant until = request.hasUntil() ? ProtoTime.instant(request.getUntil()) : Instant.MAX;
        Instant settledUntil = now.isBefore(until) ? now : until;
        List<Used> meant = all.stream()
                .filter(used -> used.key.tenantId().equals(request.getTenantId()))
                .filter(used -> !used.at.isBefore(since) && used.at.isBefore(until))
                .toList();
        List<Used> settled =
                meant.stream().filter(used -> used.at.isBefore(settledUntil)).toList();
        List<Used> recent =
                meant.stream().filter(used -> !used.at.isBefore(settledUntil)).toList();
        return UsageRepository.response(
                totals(settled),
                settledUntil,
                totals(recent),
                recent.stream().map(used -> used.key.execId()).toArray(UUID[]::new));
    }

    private static Totals totals(List<Used> used) {
        Totals totals = Totals.getDefaultInstance();
        for (Used each : used) {
            totals = ProtoTotals.with(totals, each.record.getTelemetry());
        }
        return totals;
    }
}
