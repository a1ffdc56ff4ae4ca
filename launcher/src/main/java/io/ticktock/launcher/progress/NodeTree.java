package io.ticktock.launcher.progress;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Waiting;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A lifetime's nodes as a tree: what runs in the branches of a fan-out hangs below the Plan that opened it, one row per
 * node whatever the number of branches. Its size is bounded by the graph, apart from the executions that are open.
 */
final class NodeTree {

    /** An execution that has not ended. */
    private record Open(NodeRow row, boolean waiting) {}

    private final List<NodeRow> top = new ArrayList<>();
    private final Map<String, NodeRow> rows = new LinkedHashMap<>();
    private final Map<String, Open> open = new HashMap<>();

    void take(LifetimeEvent event) {
        Instant time = ProtoTime.instant(event.getTime());
        switch (event.getEventCase()) {
            case SCHEDULED -> schedule(event.getScheduled(), time);
            case WAITING -> waits(event.getWaiting());
            case WOKEN -> woken(event.getWoken().getExecId());
            case ACCEPTED ->
                end(
                        event.getAccepted().getExecId(),
                        was -> was.row().accepted(event.getAccepted(), was.waiting(), time));
            case CANCELLED ->
                end(event.getCancelled().getExecId(), was -> was.row().cancelled(was.waiting(), time));
            // Not about a node: the lifetime as a whole, or tokens, of which only what their nodes do is shown.
            case STARTED, PAUSED, RESUMED, COMPLETED, FAILED, ABORTED -> {}
            case CHILD_STARTED, HELD, FORKED, PARKED, DIED, JOINED, EVENT_NOT_SET -> {}
        }
    }

    private void schedule(Scheduled scheduled, Instant time) {
        NodeRow row = rowOf(scopeOf(scheduled.getTokenPath()), scheduled.getNodeId());
        row.scheduled(scheduled, time);
        open.put(scheduled.getExecId(), new Open(row, false));
    }

    private void waits(Waiting waiting) {
        Open was = open.get(waiting.getExecId());
        if (was == null || was.waiting()) {
            return;
        }
        was.row().waits(reason(waiting));
        open.put(waiting.getExecId(), new Open(was.row(), true));
    }

    private static String reason(Waiting waiting) {
        return switch (waiting.getWaitCase()) {
            case UNTIL ->
                "a timer until " + ProtoTime.instant(waiting.getUntil()).truncatedTo(ChronoUnit.SECONDS);
            case HUMAN -> "an answer";
            case CHILD -> "lifetime of " + waiting.getChild().getGraphName();
            case WORKER -> "a worker for " + waiting.getWorker().getTaskType();
            case WAIT_NOT_SET -> "something outside";
        };
    }

    private void woken(String execId) {
        Open was = open.get(execId);
        if (was != null && was.waiting()) {
            was.row().woken();
            open.put(execId, new Open(was.row(), false));
        }
    }

    private void end(String execId, Consumer<Open> how) {
        Open was = open.remove(execId);
        if (was != null) {
            how.accept(was);
        }
    }

    private NodeRow rowOf(List<String> scope, String nodeId) {
        String key = String.join("/", scope) + ':' + nodeId;
        NodeRow row = rows.get(key);
        if (row == null) {
            row = new NodeRow(nodeId, scope.size());
            rows.put(key, row);
            siblings(scope).add(row);
        }
        return row;
    }

    private List<NodeRow> siblings(List<String> scope) {
        if (scope.isEmpty()) {
            return top;
        }
        int last = scope.size() - 1;
        return rowOf(scope.subList(0, last), scope.get(last)).inside;
    }

    /**
     * The Plans whose fan-outs a token is in, outermost first. A token's path has one part per fan-out,
     * {@code /plan#iteration:branch}; a part with {@code ~} stands for the token that goes on after it.
     */
    static List<String> scopeOf(String tokenPath) {
        List<String> scope = new ArrayList<>();
        for (String part : tokenPath.split("/")) {
            int hash = part.indexOf('#');
            if (hash > 0 && part.indexOf('~') < 0) {
                scope.add(part.substring(0, hash));
            }
        }
        return scope;
    }

    /** Every row, a Plan before what runs in its fan-outs. */
    List<NodeRow> rows() {
        List<NodeRow> all = new ArrayList<>();
        collect(top, all);
        return all;
    }

    private static void collect(List<NodeRow> from, List<NodeRow> to) {
        for (NodeRow row : from) {
            to.add(row);
            collect(row.inside, to);
        }
    }

    /** One line per node, the fan-outs drawn as branches. */
    List<String> lines(Instant now) {
        List<String> lines = new ArrayList<>();
        draw(top, "", now, lines);
        return lines;
    }

    private static void draw(List<NodeRow> rows, String indent, Instant now, List<String> lines) {
        for (int i = 0; i < rows.size(); i++) {
            NodeRow row = rows.get(i);
            boolean last = i == rows.size() - 1;
            String stem = row.depth == 0 ? "" : last ? "└─ " : "├─ ";
            lines.add(indent + stem + row.text() + "  " + row.elapsed(now));
            draw(row.inside, row.depth == 0 ? indent : indent + (last ? "   " : "│  "), now, lines);
        }
    }
}
