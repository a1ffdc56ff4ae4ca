package io.ticktock.control;

import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.BudgetUse;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.NodeSpend;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Scheduled;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What budgets count of one lifetime beside its totals, and what each of its nodes used. Part of the fold. */
final class Spending {

    /** For people: who looks for more asks for the executions. */
    private static final int MOST_NODES_SHOWN = 20;

    private static final Comparator<NodeSpend> MOST_EXPENSIVE_FIRST = Comparator.<NodeSpend>comparingLong(
                    node -> node.getAmounts().getCostMicros())
            .thenComparingLong(node -> node.getAmounts().getTokensUsed())
            .thenComparingLong(node -> node.getAmounts().getExecutions())
            .reversed();

    private Amounts reserved = Amounts.getDefaultInstance();
    private Amounts forfeited = Amounts.getDefaultInstance();
    private Amounts added = Amounts.getDefaultInstance();
    private final Map<String, Amounts> byNode = new TreeMap<>();

    void reserve(Scheduled attempt) {
        if (attempt.hasReservation()) {
            reserved = sum(reserved, attempt.getReservation().getAmounts(), 1);
        }
    }

    /** The record of the attempt is there: what it really used counts in the totals. */
    void settle(Scheduled attempt, Accepted accepted) {
        Amounts used = amountsOf(accepted.getTelemetry());
        if (attempt.hasReservation()) {
            reserved = sum(reserved, attempt.getReservation().getAmounts(), -1);
            forfeited = sum(forfeited, sum(counted(attempt, accepted), used, -1), 1);
        }
        byNode.merge(attempt.getNodeId(), used, (one, other) -> sum(one, other, 1));
    }

    /**
     * What budgets count for an attempt: what it used as far as it tells. One that was cut off may have used all that was
     * set aside for it, whatever it has told by then.
     */
    static Amounts counted(Scheduled attempt, Accepted accepted) {
        Amounts used = amountsOf(accepted.getTelemetry());
        boolean isCutOff = accepted.getStatus() == ExecutionStatus.EXECUTION_STATUS_TIMED_OUT
                || accepted.getStatus() == ExecutionStatus.EXECUTION_STATUS_CANCELLED;
        Amounts worst = attempt.getReservation().getAmounts();
        return isCutOff && attempt.hasReservation()
                ? Amounts.newBuilder()
                        .setExecutions(Math.max(used.getExecutions(), worst.getExecutions()))
                        .setTokensUsed(Math.max(used.getTokensUsed(), worst.getTokensUsed()))
                        .setCostMicros(Math.max(used.getCostMicros(), worst.getCostMicros()))
                        .build()
                : used;
    }

    /** Nobody will know what the attempt used: it counts with its worst case. */
    void forfeit(Scheduled attempt) {
        if (attempt.hasReservation()) {
            reserved = sum(reserved, attempt.getReservation().getAmounts(), -1);
            forfeited = sum(forfeited, attempt.getReservation().getAmounts(), 1);
        }
    }

    void add(Amounts more) {
        added = sum(added, more, 1);
    }

    BudgetUse budgetUse() {
        return BudgetUse.newBuilder()
                .setReserved(reserved)
                .setForfeited(forfeited)
                .setAdded(added)
                .build();
    }

    /** The nodes that used most. */
    List<NodeSpend> byNode() {
        return byNode.entrySet().stream()
                .map(node -> NodeSpend.newBuilder()
                        .setNodeId(node.getKey())
                        .setAmounts(node.getValue())
                        .build())
                .sorted(MOST_EXPENSIVE_FIRST)
                .limit(MOST_NODES_SHOWN)
                .toList();
    }

    private static Amounts amountsOf(PolicyTelemetry used) {
        return Amounts.newBuilder()
                .setExecutions(1)
                .setTokensUsed(used.getTokensUsed())
                .setCostMicros(used.getCostMicros())
                .build();
    }

    private static Amounts sum(Amounts one, Amounts other, int sign) {
        return Amounts.newBuilder()
                .setExecutions(one.getExecutions() + sign * other.getExecutions())
                .setTokensUsed(one.getTokensUsed() + sign * other.getTokensUsed())
                .setCostMicros(one.getCostMicros() + sign * other.getCostMicros())
                .build();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("reserved=").append(shown(reserved));
        text.append(" forfeited=").append(shown(forfeited)).append(" added=").append(shown(added));
        byNode.forEach(
                (node, amounts) -> text.append(' ').append(node).append('=').append(shown(amounts)));
        return text.toString();
    }

    private static String shown(Amounts amounts) {
        return amounts.getExecutions() + "/" + amounts.getTokensUsed() + "/" + amounts.getCostMicros();
    }
}
