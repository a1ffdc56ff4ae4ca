package io.ticktock.state;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.ListHistoryRequest;
import java.util.UUID;

/**
 * Which events a page of history may hold: those behind the place where the page before ended, of lifetimes with an id
 * in a range, since ids begin with the millisecond at which their lifetime began.
 *
 * @param tenantId of the page; empty when it is still to be found out which tenant is the first
 * @param afterLifetime behind whose event {@code afterSeq} the page begins
 * @param end the first id that is too late
 */
public record HistoryRange(String tenantId, UUID afterLifetime, long afterSeq, UUID end) {

    public static final int USUAL_EVENTS = 8_000;
    public static final int MOST_EVENTS = 20_000;
    /** A page has no further event once its events have this size. */
    public static final int MOST_BYTES = 4 << 20;

    private static final UUID LOWEST = new UUID(0, 0);
    private static final UUID HIGHEST = new UUID(-1, -1);

    /** Throws INVALID_ARGUMENT. */
    public static HistoryRange of(ListHistoryRequest request) {
        Checks.timeSpan(request.getSince(), request.getUntil());
        UUID end = request.hasUntil() ? firstId(request.getUntil()) : HIGHEST;
        if (!request.hasAfter()) {
            return new HistoryRange(request.getTenantId(), begin(request), 0, end);
        }
        UUID after = Checks.lifetime(request.getAfter().getLifetimeId());
        String tenantId = Checks.tenant(request.getAfter().getTenantId());
        if (!request.getTenantId().isEmpty() && !request.getTenantId().equals(tenantId)) {
            throw Refusal.invalid("after must be of the tenant that is asked for");
        }
        return new HistoryRange(tenantId, after, request.getAfterSeq(), end);
    }

    /** The lowest id of the range: no event of it has a number below 1. */
    public static UUID begin(ListHistoryRequest request) {
        return request.hasSince() ? firstId(request.getSince()) : LOWEST;
    }

    /** What an id of this moment is not below. */
    static UUID firstId(Timestamp moment) {
        return new UUID(ProtoTime.instant(moment).toEpochMilli() << 16, 0);
    }
}
