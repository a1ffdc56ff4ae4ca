package io.ticktock.testkit;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AppendAuditRequest;
import io.ticktock.proto.v1.AppendAuditResponse;
import io.ticktock.proto.v1.AuditEntry;
import io.ticktock.proto.v1.ListAuditRequest;
import io.ticktock.proto.v1.ListAuditResponse;
import io.ticktock.state.Checks;
import io.ticktock.state.Pages;
import io.ticktock.state.TenantChecks;
import io.ticktock.state.TimeCursor;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Who did what, or was denied it. Guarded by its store. */
final class InMemoryAudit {

    /** As PostgreSQL orders UUIDs: by their digits, which the sign of Java's longs does not. */
    private static final Comparator<TimeCursor> NEWEST_FIRST = Comparator.comparing(TimeCursor::time)
            .thenComparing(place -> place.id().toString())
            .reversed();

    private final Set<UUID> ids = new HashSet<>();
    private final TreeMap<TimeCursor, AuditEntry> entries = new TreeMap<>(NEWEST_FIRST);

    AppendAuditResponse append(AppendAuditRequest request) {
        TenantChecks.entries(request);
        for (AuditEntry entry : request.getEntriesList()) {
            UUID id = Checks.entry(entry.getEntryId());
            if (ids.add(id)) {
                entries.put(TimeCursor.of(entry.getTime(), id), entry);
            }
        }
        return AppendAuditResponse.getDefaultInstance();
    }

    ListAuditResponse list(ListAuditRequest request) {
        TenantChecks.span(request);
        ListAuditRequest list =
                request.toBuilder().clearPageSize().clearPageToken().build();
        int size = Pages.size(request.getPageSize());
        TimeCursor before =
                Pages.place(list, request.getPageToken()).map(TimeCursor::parse).orElse(TimeCursor.LAST);
        List<Map.Entry<TimeCursor, AuditEntry>> page = entries.tailMap(before, false).entrySet().stream()
                .filter(each -> matches(each.getKey(), each.getValue(), request))
                .limit(size)
                .toList();
        ListAuditResponse.Builder response = ListAuditResponse.newBuilder()
                .addAllEntries(page.stream().map(Map.Entry::getValue).toList());
        if (page.size() == size) {
            response.setNextPageToken(
                    Pages.token(list, page.get(size - 1).getKey().toString()));
        }
        return response.build();
    }

    private static boolean matches(TimeCursor place, AuditEntry entry, ListAuditRequest request) {
        Instant time = place.time().toInstant();
        boolean isOfTenant =
                request.getTenantId().isEmpty() || request.getTenantId().equals(entry.getTenantId());
        boolean isLate = request.hasUntil() && !time.isBefore(micros(ProtoTime.instant(request.getUntil())));
        boolean isEarly = request.hasSince() && time.isBefore(micros(ProtoTime.instant(request.getSince())));
        return isOfTenant && !isLate && !isEarly;
    }

    private static Instant micros(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MICROS);
    }
}
