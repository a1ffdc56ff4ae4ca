package io.ticktock.testkit;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.BudgetMetric;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.SliceReservation;
import io.ticktock.proto.v1.Totals;
import io.ticktock.testkit.Evidence.BudgetKey;
import io.ticktock.testkit.Evidence.Budgets;
import io.ticktock.testkit.Evidence.Slice;
import io.ticktock.testkit.Evidence.SliceKey;
import io.ticktock.testkit.Violation.Rule;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Adds up what the logs say was set aside and used, and compares it with what the rows say. */
final class BudgetCheck {

    private static final class Sums {
        private long reserved;
        private long spent;
    }

    private final Findings findings;
    private final Optional<Budgets> budgets;
    private final Map<SliceKey, Sums> charged = new HashMap<>();

    BudgetCheck(Findings findings, Optional<Budgets> budgets) {
        this.findings = findings;
        this.budgets = budgets;
    }

    void check(LifetimeRows rows) {
        checkTotals(rows);
        if (budgets.isPresent()) {
            charge(rows);
        }
    }

    private void checkTotals(LifetimeRows rows) {
        Totals told = rows.lifetime().head().getTotals();
        List<PolicyTelemetry> accepted = rows.log().stream()
                .filter(row -> row.event().hasAccepted()
                        && row.seq() <= rows.lifetime().head().getLastSeq())
                .map(row -> row.event().getAccepted().getTelemetry())
                .toList();
        long tokens =
                accepted.stream().mapToLong(PolicyTelemetry::getTokensUsed).sum();
        long micros =
                accepted.stream().mapToLong(PolicyTelemetry::getCostMicros).sum();
        findings.require(
                told.getExecutions() == accepted.size()
                        && told.getTokensUsed() == tokens
                        && told.getCostMicros() == micros,
                Rule.SPEND_ADDS_UP,
                rows.key(),
                () -> "the head row says\n" + told + "and " + accepted.size() + " accepted executions used " + tokens
                        + " tokens and " + micros + " millionths");
    }

    private void charge(LifetimeRows rows) {
        Map<String, Scheduled> open = new LinkedHashMap<>();
        for (History.Event row : rows.log()) {
            LifetimeEvent event = row.event();
            switch (event.getEventCase()) {
                case SCHEDULED -> {
                    open.put(event.getScheduled().getExecId(), event.getScheduled());
                    reserve(rows.key(), event.getScheduled());
                }
                case ACCEPTED -> {
                    Scheduled attempt = open.remove(event.getAccepted().getExecId());
                    if (attempt != null) {
                        settle(rows.key(), attempt, counted(attempt, event.getAccepted()));
                    }
                }
                case CANCELLED ->
                    forfeit(rows.key(), open.remove(event.getCancelled().getExecId()));
                case COMPLETED, FAILED, ABORTED -> {
                    open.values().forEach(attempt -> forfeit(rows.key(), attempt));
                    open.clear();
                }
                case STARTED,
                        WAITING,
                        WOKEN,
                        FORKED,
                        PARKED,
                        DIED,
                        JOINED,
                        PAUSED,
                        RESUMED,
                        CHILD_STARTED,
                        HELD,
                        EVENT_NOT_SET -> {}
            }
        }
    }

    private void reserve(History.Key key, Scheduled attempt) {
        for (SliceReservation slice : attempt.getReservation().getSlicesList()) {
            sums(key, slice).reserved += slice.getAmount();
        }
    }

    private void settle(History.Key key, Scheduled attempt, Amounts used) {
        for (SliceReservation slice : attempt.getReservation().getSlicesList()) {
            Sums sums = sums(key, slice);
            sums.reserved -= slice.getAmount();
            sums.spent += of(slice.getMetric(), used);
        }
    }

    /** What nobody will know counts as the worst case. */
    private void forfeit(History.Key key, Scheduled attempt) {
        if (attempt != null) {
            settle(key, attempt, attempt.getReservation().getAmounts());
        }
    }

    private Sums sums(History.Key key, SliceReservation slice) {
        SliceKey name = new SliceKey(
                new BudgetKey(key.tenantId(), slice.getBudget()),
                ProtoTime.instant(slice.getBucket()),
                slice.getSliceId());
        return charged.computeIfAbsent(name, same -> new Sums());
    }

    /** One that was cut off may have used all that was set aside for it. */
    private static Amounts counted(Scheduled attempt, Accepted accepted) {
        PolicyTelemetry used = accepted.getTelemetry();
        boolean isCutOff = accepted.getStatus() == ExecutionStatus.EXECUTION_STATUS_TIMED_OUT
                || accepted.getStatus() == ExecutionStatus.EXECUTION_STATUS_CANCELLED;
        Amounts least = isCutOff ? attempt.getReservation().getAmounts() : Amounts.getDefaultInstance();
        return Amounts.newBuilder()
                .setExecutions(Math.max(1, least.getExecutions()))
                .setTokensUsed(Math.max(used.getTokensUsed(), least.getTokensUsed()))
                .setCostMicros(Math.max(used.getCostMicros(), least.getCostMicros()))
                .build();
    }

    private static long of(BudgetMetric metric, Amounts amounts) {
        return switch (metric) {
            case BUDGET_METRIC_EXECUTIONS -> amounts.getExecutions();
            case BUDGET_METRIC_TOKENS_USED -> amounts.getTokensUsed();
            case BUDGET_METRIC_COST_USD -> amounts.getCostMicros();
            case BUDGET_METRIC_UNSPECIFIED, UNRECOGNIZED -> 0;
        };
    }

    /** Once all lifetimes have been seen. */
    void finish() {
        budgets.ifPresent(this::compare);
    }

    private void compare(Budgets read) {
        Map<BudgetKey, Long> used = new HashMap<>();
        for (Slice slice : read.slices()) {
            Sums sums = Optional.ofNullable(charged.remove(slice.key())).orElseGet(Sums::new);
            History.Key where = new History.Key(slice.key().budget().tenantId(), "");
            findings.require(
                    slice.reserved() == sums.reserved && slice.spent() == sums.spent,
                    Rule.SPEND_ADDS_UP,
                    where,
                    () -> slice + " should have " + sums.reserved + " reserved and " + sums.spent + " spent");
            findings.require(
                    slice.reserved() + slice.spent() <= slice.granted() + slice.overdraft(),
                    Rule.WITHIN_BUDGET,
                    where,
                    () -> slice + " is exceeded");
            used.merge(slice.key().budget(), slice.reserved() + slice.spent() - slice.overdraft(), Long::sum);
        }
        // What has left a budget's span is removed once nothing of it is set aside.
        charged.forEach((slice, sums) -> findings.require(
                sums.reserved == 0,
                Rule.SPEND_ADDS_UP,
                new History.Key(slice.budget().tenantId(), ""),
                () -> slice + " is not there, and " + sums.reserved + " are set aside"));
        read.limits()
                .forEach((budget, limit) -> findings.require(
                        used.getOrDefault(budget, 0L) <= limit,
                        Rule.WITHIN_BUDGET,
                        new History.Key(budget.tenantId(), ""),
                        () -> budget + " has " + used.get(budget) + " used or set aside, and a limit of " + limit));
    }
}
