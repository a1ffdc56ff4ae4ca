package io.ticktock.guardrail;

import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.ProtoTotals;
import io.ticktock.guardrail.policy.Window;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GetUsageRequest;
import io.ticktock.proto.v1.GetUsageResponse;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Totals;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What one tenant has used in one window: read from the data plane now and then, and counted on with what is judged here
 * in between. A record is durable before it is judged, so every read that begins later has it. For one event loop.
 */
final class WindowUsage {

    /** More records than that are not counted on without a read. */
    private static final int MOST_OWN = 100_000;

    private final String tenantId;
    private final Window window;
    private final Function<GetUsageRequest, Future<GetUsageResponse>> reading;
    private final LongSupplier nanoClock;

    /** The earliest bucket that counts. */
    private Instant first = Instant.MIN;
    /** What will not change any more, by the starts of the buckets. */
    private final NavigableMap<Instant, Totals> settled = new TreeMap<>();

    private Instant settledUntil = Instant.MIN;
    /** What the latest read found behind that. */
    private Set<String> recent = Set.of();
    /** Judged here, and perhaps not known to the latest read. */
    private final Map<String, PolicyTelemetry> own = new LinkedHashMap<>();

    private Totals totals = Totals.getDefaultInstance();
    /** Of the bucket that was the earliest at the latest read; null before any. */
    private Instant readFor;

    private long readAtNanos;
    private Future<Void> current;
    private Future<Void> next;

    WindowUsage(
            String tenantId,
            Window window,
            Function<GetUsageRequest, Future<GetUsageResponse>> reading,
            LongSupplier nanoClock) {
        this.tenantId = tenantId;
        this.window = window;
        this.reading = reading;
        this.nanoClock = nanoClock;
    }

    /**
     * Completes when the totals are of this time, not older than the given age, and it is certain of these records
     * whether they are in them. Time never goes back.
     */
    Future<Void> prepare(Instant now, Iterable<ExecutionReference> records, long mostAgeNanos) {
        Instant bucket = window.firstBucket(now);
        first = bucket.isAfter(first) ? bucket : first;
        long ageNanos = nanoClock.getAsLong() - readAtNanos;
        if (!first.equals(readFor) || own.size() > MOST_OWN || isUncertainOfAny(records)) {
            return readAnew(now);
        }
        if (ageNanos > mostAgeNanos) {
            return current == null ? readAnew(now) : current;
        }
        if (ageNanos > mostAgeNanos / 2 && current == null) {
            // Nobody waits for it yet: should it fail, the one who finds the totals too old is told.
            readAnew(now);
        }
        return Future.succeededFuture();
    }

    Totals totals() {
        return totals;
    }

    /** Adds a record that is prepared for, unless it is in the totals. */
    void add(ExecutionReference record) {
        String execId = record.getHeaders().getExecId();
        if (own.containsKey(execId) || recent.contains(execId) || isOld(record)) {
            return;
        }
        own.put(execId, record.getTelemetry());
        totals = ProtoTotals.with(totals, record.getTelemetry());
    }

    private boolean isUncertainOfAny(Iterable<ExecutionReference> records) {
        for (ExecutionReference record : records) {
            String execId = record.getHeaders().getExecId();
            if (isOld(record) && !own.containsKey(execId) && !recent.contains(execId)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it ended at a time of which all is settled: it is counted, unless it took long until it was recorded. */
    private boolean isOld(ExecutionReference record) {
        return ProtoTime.instant(record.getHeaders().getFinishedAt()).isBefore(settledUntil);
    }

    /** A read that begins now, or when the one that is under way has ended. */
    private Future<Void> readAnew(Instant now) {
        if (current == null) {
            current = read(now);
            Future<Void> begun = current;
            begun.onComplete(done -> current = current == begun ? null : current);
            return begun;
        }
        if (next == null) {
            next = current.transform(done -> {
                next = null;
                current = null;
                return readAnew(now);
            });
        }
        return next;
    }

    private Future<Void> read(Instant now) {
        Instant from = settledUntil.isBefore(first) ? first : settledUntil;
        long startedNanos = nanoClock.getAsLong();
        Promise<Void> done = Promise.promise();
        readFrom(from, first, now).onSuccess(read -> readAtNanos = startedNanos).onComplete(done);
        return done.future();
    }

    /** Bucket by bucket, each read once for good; the last one without an end. */
    private Future<Void> readFrom(Instant from, Instant earliest, Instant now) {
        Instant end = window.nextBucket(from);
        boolean isLast = !end.isBefore(now);
        GetUsageRequest.Builder request =
                GetUsageRequest.newBuilder().setTenantId(tenantId).setSince(ProtoTime.timestamp(from));
        if (!isLast) {
            request.setUntil(ProtoTime.timestamp(end));
        }
        int judgedBefore = own.size();
        return reading.apply(request.build()).compose(usage -> {
            settledUntil = ProtoTime.instant(usage.getSettledUntil());
            if (settledUntil.isBefore(from)) {
                settledUntil = from;
            }
            settled.merge(window.bucket(from), usage.getSettled(), ProtoTotals::sum);
            if (!isLast && !settledUntil.isBefore(end)) {
                return readFrom(end, earliest, now);
            }
            // What lies behind the end of a bucket that is not settled yet is read with the next one.
            return isLast
                    ? Future.succeededFuture(take(usage, earliest, judgedBefore))
                    : readRest(settledUntil, earliest);
        });
    }

    private Future<Void> readRest(Instant from, Instant earliest) {
        return readFrom(from, earliest, Instant.MIN);
    }

    private Void take(GetUsageResponse usage, Instant earliest, int judgedBefore) {
        recent = new HashSet<>(usage.getRecentExecIdsList());
        Iterator<String> judged = own.keySet().iterator();
        for (int i = 0; judged.hasNext(); i++) {
            if (recent.contains(judged.next()) || i < judgedBefore) {
                judged.remove();
            }
        }
        settled.headMap(earliest).clear();
        totals = usage.getRecent();
        settled.values().forEach(bucket -> totals = ProtoTotals.sum(totals, bucket));
        own.values().forEach(telemetry -> totals = ProtoTotals.with(totals, telemetry));
        readFor = earliest;
        return null;
    }
}
