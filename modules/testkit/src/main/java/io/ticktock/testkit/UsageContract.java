package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.GetUsageRequest;
import io.ticktock.proto.v1.GetUsageResponse;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.proto.v1.Totals;
import io.ticktock.state.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store says of a tenant's usage. */
public abstract class UsageContract {

    private static final Duration HOUR = Duration.ofHours(1);

    private final long seed = System.nanoTime();
    private final StateSamples samples = new StateSamples("tenant-" + seed, seed);
    private final StateSamples others = new StateSamples("other-" + seed, seed + 1);
    private StateStore store;

    protected abstract StateStore open();

    @BeforeEach
    void openStore() {
        System.out.println("seed " + seed);
        store = open();
    }

    @AfterEach
    void close() {
        result(store.close());
    }

    @Test
    void recordsOfBothKindsAddUp() {
        TaskExecution first = samples.task(samples.lifetimeId(), "1");
        TaskExecution second = samples.task(samples.lifetimeId(), "2");
        PlanExecution plan = samples.plan(samples.lifetimeId(), List.of(), "next");
        result(store.appendTask(first));
        result(store.appendTask(first));
        result(store.appendTask(second));
        result(store.appendPlan(plan));
        result(store.appendTask(others.task(others.lifetimeId(), "3")));

        GetUsageResponse usage = usage(Instant.now().minus(HOUR));

        Totals expected = Totals.newBuilder()
                .setExecutions(3)
                .setTokensUsed(14)
                .setCostMicros(22)
                .setLatencyMs(11)
                .setMaxTokensUsed(7)
                .setMaxCostMicros(11)
                .setMaxLatencyMs(5)
                .build();
        assertEquals(expected, usage.getTotals());
        assertEquals(3, usage.getSettled().getExecutions() + usage.getRecent().getExecutions());
        Set<String> recent = new HashSet<>(usage.getRecentExecIdsList());
        assertEquals(usage.getRecent().getExecutions(), recent.size());
        assertTrue(Set.of(
                        first.getHeaders().getExecId(),
                        second.getHeaders().getExecId(),
                        plan.getHeaders().getExecId())
                .containsAll(recent));
    }

    @Test
    void aSumThatIsTooLargeStaysAtTheMostThatFits() {
        for (int i = 0; i < 3; i++) {
            TaskExecution.Builder task = samples.task(samples.lifetimeId(), "1").toBuilder();
            task.getTelemetryBuilder().setTokensUsed(Long.MAX_VALUE).setCostMicros(Long.MAX_VALUE / 2);
            result(store.appendTask(task.build()));
        }
        Totals totals = usage(Instant.now().minus(HOUR)).getTotals();
        assertEquals(3, totals.getExecutions());
        assertEquals(Long.MAX_VALUE, totals.getTokensUsed());
        assertEquals(Long.MAX_VALUE, totals.getCostMicros());
        assertEquals(Long.MAX_VALUE / 2, totals.getMaxCostMicros());
    }

    @Test
    void onlyWhatIsInTheSpanCounts() {
        result(store.appendTask(samples.task(samples.lifetimeId(), "1")));
        Instant now = Instant.now();

        GetUsageResponse before = result(store.getUsage(request(samples, now.minus(HOUR))
                .setUntil(ProtoTime.timestamp(now.minus(HOUR.dividedBy(2))))
                .build()));

        assertEquals(Totals.getDefaultInstance(), before.getTotals());
        assertEquals(now.minus(HOUR.dividedBy(2)), ProtoTime.instant(before.getSettledUntil()));
        assertEquals(0, usage(now.plus(HOUR)).getTotals().getExecutions());
    }

    @Test
    void aTenantIsNeeded() {
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(store.getUsage(GetUsageRequest.getDefaultInstance())).code());
    }

    private GetUsageResponse usage(Instant since) {
        return result(store.getUsage(request(samples, since).build()));
    }

    private static GetUsageRequest.Builder request(StateSamples of, Instant since) {
        return GetUsageRequest.newBuilder().setTenantId(of.tenantId()).setSince(ProtoTime.timestamp(since));
    }
}
