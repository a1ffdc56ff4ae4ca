package io.ticktock.guardrail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.ProtoTotals;
import io.ticktock.guardrail.policy.Window;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GetUsageRequest;
import io.ticktock.proto.v1.GetUsageResponse;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Totals;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A table of records stands for the data plane; what is counted must be what the table has in the window. */
class WindowUsageTest {

    private static final Duration SETTLING = Duration.ofSeconds(6);
    private static final long SECOND = 1_000_000_000L;

    private record Row(Instant recordedAt, ExecutionReference record) {}

    private final List<Row> table = new ArrayList<>();
    private final List<Runnable> held = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-04T10:20:30Z");
    private long nanos;
    private int reads;
    private boolean holds;
    private boolean fails;

    private Future<GetUsageResponse> read(GetUsageRequest request) {
        reads++;
        if (fails) {
            return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "away"));
        }
        GetUsageResponse response = sum(request);
        if (!holds) {
            return Future.succeededFuture(response);
        }
        Promise<GetUsageResponse> later = Promise.promise();
        held.add(() -> later.complete(response));
        return later.future();
    }

    private GetUsageResponse sum(GetUsageRequest request) {
        Instant since = ProtoTime.instant(request.getSince());
        Instant until = request.hasUntil() ? ProtoTime.instant(request.getUntil()) : Instant.MAX;
        Instant settled = now.minus(SETTLING).isBefore(until) ? now.minus(SETTLING) : until;
        GetUsageResponse.Builder response = GetUsageResponse.newBuilder().setSettledUntil(ProtoTime.timestamp(settled));
        for (Row row : table) {
            if (row.recordedAt.isBefore(since) || !row.recordedAt.isBefore(until)) {
                continue;
            }
            if (row.recordedAt.isBefore(settled)) {
                response.setSettled(
                        ProtoTotals.with(response.getSettled(), row.record().getTelemetry()));
            } else {
                response.setRecent(ProtoTotals.with(
                                response.getRecent(), row.record().getTelemetry()))
                        .addRecentExecIds(row.record.getHeaders().getExecId());
            }
        }
        return response.build();
    }

    private ExecutionReference record(long tokens) {
        ExecutionReference record = ExecutionReference.newBuilder()
                .setHeaders(ExecutionHeaders.newBuilder()
                        .setExecId("e" + table.size())
                        .setFinishedAt(ProtoTime.timestamp(now.minusMillis(5))))
                .setTelemetry(PolicyTelemetry.newBuilder().setTokensUsed(tokens))
                .build();
        table.add(new Row(now, record));
        return record;
    }

    private WindowUsage usage(String window) {
        return new WindowUsage("acme", Window.parse(window).orElseThrow(), this::read, () -> nanos);
    }

    private void pass(Duration time) {
        now = now.plus(time);
        nanos += time.toNanos();
    }

    private Totals judge(WindowUsage usage, ExecutionReference... records) {
        assertTrue(usage.prepare(now, List.of(records), SECOND).succeeded());
        for (ExecutionReference record : records) {
            usage.add(record);
        }
        return usage.totals();
    }

    @Test
    void whatIsReadIsNotCountedAgainWhenItIsJudged() {
        record(5);
        pass(Duration.ofMinutes(3));
        ExecutionReference judgedLate = record(10);
        pass(Duration.ofSeconds(10));
        ExecutionReference recent = record(20);

        WindowUsage usage = usage("day");
        assertEquals(35, judge(usage, recent).getTokensUsed());
        assertEquals(35, judge(usage, recent, judgedLate).getTokensUsed());
        assertEquals(3, usage.totals().getExecutions());
        assertEquals(20, usage.totals().getMaxTokensUsed());
    }

    @Test
    void ownRecordsCountAtOnceAndThoseOfOthersAfterTheRefresh() {
        WindowUsage usage = usage("6h");
        judge(usage);
        int before = reads;
        pass(Duration.ofMillis(100));
        record(100);
        assertEquals(7, judge(usage, record(7)).getTokensUsed());
        assertEquals(before, reads);

        pass(Duration.ofMillis(1_001));
        assertEquals(107, judge(usage).getTokensUsed());
    }

    @Test
    void aReadThatIsUnderWayDoesNotLoseWhatIsJudgedMeanwhile() {
        WindowUsage usage = usage("day");
        judge(usage, record(1));
        pass(Duration.ofMillis(600));
        holds = true;
        judge(usage);
        assertEquals(1, held.size());
        assertEquals(3, judge(usage, record(2)).getTokensUsed());
        held.forEach(Runnable::run);
        assertEquals(3, usage.totals().getTokensUsed());
    }

    @Test
    void theCalendarRollsOverByTheTimeOfTheRequest() {
        now = Instant.parse("2026-03-04T23:59:59Z");
        WindowUsage usage = usage("day");
        assertEquals(9, judge(usage, record(9)).getTokensUsed());
        pass(Duration.ofSeconds(2));
        assertEquals(4, judge(usage, record(4)).getTokensUsed());
    }

    @Test
    void whatCannotBeReadIsNotAnswered() {
        WindowUsage usage = usage("day");
        fails = true;
        assertTrue(usage.prepare(now, List.of(), SECOND).failed());
        fails = false;
        judge(usage);
        pass(Duration.ofSeconds(5));
        fails = true;
        assertTrue(usage.prepare(now, List.of(), SECOND).failed());
        fails = false;
        assertFalse(usage.prepare(now, List.of(), SECOND).failed());
    }

    /** Against the table itself: no more than the window and its oldest bucket, no less than the window. */
    @ParameterizedTest
    @ValueSource(strings = {"hour", "1m", "10m"})
    void manyRecordsOfThisAndOtherProcesses(String text) {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Window window = Window.parse(text).orElseThrow();
        WindowUsage usage = usage(text);
        for (int i = 0; i < 2_000; i++) {
            pass(Duration.ofMillis(random.nextInt(20) == 0 ? random.nextInt(90_000) : random.nextInt(800)));
            ExecutionReference record = record(1 + random.nextInt(9));
            if (random.nextBoolean()) {
                judge(usage, record);
            }
            if (random.nextInt(10) == 0) {
                pass(Duration.ofMillis(1_001));
                Totals seen = judge(usage);
                long atLeast = tokensSince(window.since(now));
                long atMost = tokensSince(window.firstBucket(now).minusSeconds(2));
                assertTrue(seen.getTokensUsed() >= atLeast, "step " + i + ": " + seen + " < " + atLeast);
                assertTrue(seen.getTokensUsed() <= atMost, "step " + i + ": " + seen + " > " + atMost);
            }
        }
    }

    private long tokensSince(Instant since) {
        return table.stream()
                .filter(row -> !row.recordedAt.isBefore(since))
                .mapToLong(row -> row.record.getTelemetry().getTokensUsed())
                .sum();
    }
}
