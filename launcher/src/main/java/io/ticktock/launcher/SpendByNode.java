package io.ticktock.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.LifetimeEvent;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where the money of a lifetime that guardrails paused has gone, from its log. */
final class SpendByNode {

    private record Spend(String node, long executions, long tokens, long costMicros) {

        Spend with(Spend other) {
            return new Spend(node, executions + other.executions, tokens + other.tokens, costMicros + other.costMicros);
        }
    }

    private static final Comparator<Spend> MOST_EXPENSIVE_FIRST = Comparator.comparingLong(Spend::costMicros)
            .thenComparingLong(Spend::tokens)
            .thenComparingLong(Spend::executions)
            .reversed()
            .thenComparing(Spend::node);

    private final Map<String, String> nodeOfOpen = new HashMap<>();
    private final Map<String, Spend> byNode = new HashMap<>();
    private boolean pausedByGuardrail;

    void take(LifetimeEvent event) {
        if (event.hasScheduled()) {
            nodeOfOpen.put(
                    event.getScheduled().getExecId(), event.getScheduled().getNodeId());
        } else if (event.hasAccepted()) {
            count(event.getAccepted());
        } else if (event.hasPaused()) {
            pausedByGuardrail = event.getPaused().getActor().equals("guardrail");
        } else if (event.hasResumed()) {
            pausedByGuardrail = false;
        }
    }

    private void count(Accepted accepted) {
        // What a fork shares was scheduled in another log, and paid for there.
        String node = nodeOfOpen.remove(accepted.getExecId());
        if (node != null) {
            Spend spend = new Spend(
                    node,
                    1,
                    accepted.getTelemetry().getTokensUsed(),
                    accepted.getTelemetry().getCostMicros());
            byNode.merge(node, spend, Spend::with);
        }
    }

    private List<Spend> rows() {
        return pausedByGuardrail
                ? byNode.values().stream().sorted(MOST_EXPENSIVE_FIRST).toList()
                : List.of();
    }

    void print(PrintStream out) {
        if (rows().isEmpty()) {
            return;
        }
        out.println("spend by node");
        Table table = new Table("NODE", "EXECUTIONS", "TOKENS", "COST");
        for (Spend spend : rows()) {
            table.row(
                    spend.node,
                    spend.executions,
                    spend.tokens,
                    "$" + LifetimeReport.usd(spend.costMicros).toPlainString());
        }
        table.print(out);
    }

    void putInto(ObjectNode json) {
        ArrayNode rows = json.putArray("spend_by_node");
        for (Spend spend : rows()) {
            ObjectNode row = rows.addObject();
            row.put("node", spend.node);
            row.put("executions", spend.executions);
            row.put("tokens_used", spend.tokens);
            row.put("cost_usd", LifetimeReport.usd(spend.costMicros));
        }
    }
}
