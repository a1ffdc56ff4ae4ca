package io.ticktock.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.NodeSpend;
import java.io.PrintStream;
import java.util.List;

/** Where the money of a lifetime had gone when guardrails paused it; nothing once it goes on. */
final class SpendAtPause {

    private List<NodeSpend> nodes = List.of();

    void take(LifetimeEvent event) {
        if (event.hasPaused()) {
            nodes = event.getPaused().getSpendList();
        } else if (event.hasResumed()) {
            nodes = List.of();
        }
    }

    void print(PrintStream out) {
        if (nodes.isEmpty()) {
            return;
        }
        out.println("spend by node");
        Table table = new Table("NODE", "EXECUTIONS", "TOKENS", "COST");
        for (NodeSpend node : nodes) {
            table.row(
                    node.getNodeId(),
                    node.getAmounts().getExecutions(),
                    node.getAmounts().getTokensUsed(),
                    "$" + LifetimeReport.usd(node.getAmounts().getCostMicros()).toPlainString());
        }
        table.print(out);
    }

    void putInto(ObjectNode json) {
        ArrayNode rows = json.putArray("spend_by_node");
        for (NodeSpend node : nodes) {
            ObjectNode row = rows.addObject();
            row.put("node", node.getNodeId());
            row.put("executions", node.getAmounts().getExecutions());
            row.put("tokens_used", node.getAmounts().getTokensUsed());
            row.put("cost_usd", LifetimeReport.usd(node.getAmounts().getCostMicros()));
        }
    }
}
