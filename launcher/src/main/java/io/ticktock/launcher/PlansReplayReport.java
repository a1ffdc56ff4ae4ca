package io.ticktock.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.PlanComparison;
import io.ticktock.proto.v1.PlanDifference;
import io.ticktock.proto.v1.ReplayPlansResponse;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What the Plans of a graph file would have chosen in many lifetimes, node by node. */
final class PlansReplayReport {

    private static final int MOST_LISTED = 5;
    private static final int MOST_REASONS = 10;
    private static final String OTHER_REASONS = "other reasons";
    private static final int MOST_RUNS_IN_TEXT = 10;

    private static final String UNKNOWN =
            "What would have followed a different choice is unknown: after a lifetime's first"
                    + " difference nothing further of that lifetime is compared.";
    private static final String CHOICES_ONLY = "Compared is which Tasks a Plan chooses, not what it passes on to them.";

    private final AgentGraph graph;
    private final Map<String, Row> rows = new TreeMap<>();
    private long lifetimes;

    PlansReplayReport(AgentGraph graph) {
        this.graph = graph;
    }

    void add(LifetimeId id, ReplayPlansResponse replayed) {
        lifetimes++;
        for (PlanComparison plan : replayed.getPlansList()) {
            rows.computeIfAbsent(plan.getNodeId(), node -> new Row()).add(plan);
        }
        if (replayed.hasDifference()) {
            rows.get(replayed.getDifference().getNodeId()).list(id, replayed.getDifference());
        }
    }

    boolean differs() {
        return sum(row -> row.different) > 0;
    }

    void print(PrintStream out, boolean isJson) {
        if (isJson) {
            out.println(Json.text(json()));
        } else if (lifetimes == 0) {
            out.println("no lifetime of graph " + graph.name() + " started in that time: nothing was compared");
        } else {
            print(out);
        }
    }

    private void print(PrintStream out) {
        Table table = new Table("PLAN", "COMPARED", "SAME", "DIFFERENT", "NOT COMPARED");
        rows.forEach((node, row) -> table.row(node, row.compared(), row.same, row.different, row.notCompared()));
        table.print(out);
        rows.forEach((node, row) -> row.print(node, out));
        out.println();
        out.println(lifetimes + " lifetimes of graph " + graph.name() + ": of the " + sum(Row::decisions)
                + " decisions of their Plans " + sum(Row::compared) + " were compared with version " + graph.version()
                + " of the file, and " + sum(row -> row.different) + " differ");
        out.println(UNKNOWN);
        out.println(CHOICES_ONLY);
    }

    private ObjectNode json() {
        ObjectNode json = Json.object();
        json.put("graph", graph.name());
        json.put("version", graph.version());
        json.put("lifetimes", lifetimes);
        json.put("compared", sum(Row::compared));
        json.put("same", sum(row -> row.same));
        json.put("different", sum(row -> row.different));
        json.put("not_compared", sum(Row::notCompared));
        ArrayNode plans = json.putArray("plans");
        rows.forEach((node, row) -> row.put(plans.addObject().put("node", node)));
        json.put("note", UNKNOWN + ' ' + CHOICES_ONLY);
        return json;
    }

    private long sum(ToLongFunction<Row> count) {
        return rows.values().stream().mapToLong(count).sum();
    }

    private record Listed(LifetimeId lifetime, PlanDifference difference) {

        private String text() {
            String now = difference.hasError()
                    ? "it fails now: " + difference.getError().getMessage()
                    : "chooses " + Choice.text(difference.getNextTaskIdsList()) + " now";
            return "lifetime " + lifetime + ", execution " + difference.getExecId() + ": chose "
                    + Choice.text(difference.getRecordedTaskIdsList()) + ", " + now;
        }

        private void put(ObjectNode json) {
            json.put("lifetime_id", lifetime.toString());
            json.put("exec_id", difference.getExecId());
            json.put("seq", difference.getSeq());
            Choice.put(json.putArray("recorded"), difference.getRecordedTaskIdsList());
            Choice.put(json.putArray("new"), difference.getNextTaskIdsList());
            if (difference.hasError()) {
                json.putObject("error")
                        .put("code", difference.getError().getCode())
                        .put("message", difference.getError().getMessage());
            }
        }
    }

    /** What became of the decisions of one Plan. */
    private static final class Row {

        private final Map<String, Long> reasons = new TreeMap<>();
        private final List<Listed> differences = new ArrayList<>();
        private long same;
        private long different;

        private void add(PlanComparison plan) {
            same += plan.getSame();
            different += plan.getDifferent();
            plan.getNotComparedMap().forEach((why, count) -> {
                boolean hasRoom = reasons.size() < MOST_REASONS || reasons.containsKey(why);
                reasons.merge(hasRoom ? why : OTHER_REASONS, count, Long::sum);
            });
        }

        private void list(LifetimeId id, PlanDifference difference) {
            if (differences.size() < MOST_LISTED) {
                differences.add(new Listed(id, difference));
            }
        }

        private long compared() {
            return same + different;
        }

        private long notCompared() {
            return reasons.values().stream().mapToLong(Long::longValue).sum();
        }

        private long decisions() {
            return compared() + notCompared();
        }

        private void print(String node, PrintStream out) {
            if (compared() == decisions() && differences.isEmpty()) {
                return;
            }
            out.println();
            out.println(node + ":");
            differences.forEach(listed -> out.println("  " + listed.text().replaceAll("\\p{Cntrl}", " ")));
            if (differences.size() < different) {
                out.println("  … and " + (different - differences.size()) + " differences more");
            }
            reasons.forEach(
                    (why, count) -> out.println("  " + count + " not compared: " + why.replaceAll("\\p{Cntrl}", " ")));
        }

        private void put(ObjectNode json) {
            json.put("compared", compared());
            json.put("same", same);
            json.put("different", different);
            ArrayNode listed = json.putArray("differences");
            differences.forEach(each -> each.put(listed.addObject()));
            json.put("not_compared", notCompared());
            ArrayNode why = json.putArray("reasons");
            reasons.forEach(
                    (reason, count) -> why.addObject().put("reason", reason).put("count", count));
        }
    }

    /** The Tasks that a Plan chose, with the same one several times behind each other told once. */
    private record Choice(String task, long times) {

        private static List<Choice> of(List<String> tasks) {
            List<Choice> runs = new ArrayList<>();
            for (String task : tasks) {
                int last = runs.size() - 1;
                if (last >= 0 && runs.get(last).task.equals(task)) {
                    runs.set(last, new Choice(task, runs.get(last).times + 1));
                } else {
                    runs.add(new Choice(task, 1));
                }
            }
            return runs;
        }

        private static String text(List<String> tasks) {
            if (tasks.isEmpty()) {
                return "nothing";
            }
            List<Choice> runs = of(tasks);
            String first = runs.stream()
                    .limit(MOST_RUNS_IN_TEXT)
                    .map(run -> run.times == 1 ? run.task : run.task + " × " + run.times)
                    .collect(Collectors.joining(", "));
            return runs.size() > MOST_RUNS_IN_TEXT ? first + ", …" : first;
        }

        private static void put(ArrayNode json, List<String> tasks) {
            of(tasks).forEach(run -> json.addObject().put("task", run.task).put("times", run.times));
        }
    }
}
