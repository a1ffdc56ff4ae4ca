package io.ticktock.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.launcher.LifetimeDiff.Difference;
import io.ticktock.launcher.LifetimeHistory.NodeRun;
import io.ticktock.launcher.LifetimeHistory.Place;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.Totals;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What is told of how two lifetimes differ, as JSON and as text. */
final class DiffReport {

    private static final int MOST_RUNS_IN_JSON = 10_000;
    private static final int MOST_RUNS_FOR_PEOPLE = 20;

    private final LifetimeHistory a;
    private final LifetimeHistory b;
    private final LifetimeDiff diff;
    private final JsonNode outputOfA;
    private final JsonNode outputOfB;
    private final List<Figure> figures;

    /** A number of both; the difference is B's less A's. */
    private record Figure(String name, BigDecimal a, BigDecimal b) {

        static Figure of(String name, long a, long b) {
            return new Figure(name, BigDecimal.valueOf(a), BigDecimal.valueOf(b));
        }

        BigDecimal difference() {
            return b.subtract(a);
        }
    }

    DiffReport(LifetimeHistory a, LifetimeHistory b, LifetimeReport report) {
        this.a = a;
        this.b = b;
        this.diff = LifetimeDiff.of(a, b);
        this.outputOfA = report.json(a.lifetime()).get("output");
        this.outputOfB = report.json(b.lifetime()).get("output");
        this.figures = figures();
    }

    private List<Figure> figures() {
        Totals spentByA = a.lifetime().getTotals();
        Totals spentByB = b.lifetime().getTotals();
        return List.of(
                Figure.of("path_executions", a.runs().size(), b.runs().size()),
                Figure.of("path_tokens_used", tokens(a), tokens(b)),
                new Figure("path_cost_usd", LifetimeReport.usd(costMicros(a)), LifetimeReport.usd(costMicros(b))),
                Figure.of("executions", spentByA.getExecutions(), spentByB.getExecutions()),
                Figure.of("tokens_used", spentByA.getTokensUsed(), spentByB.getTokensUsed()),
                new Figure(
                        "cost_usd",
                        LifetimeReport.usd(spentByA.getCostMicros()),
                        LifetimeReport.usd(spentByB.getCostMicros())),
                Figure.of("wall_ms", a.wall().toMillis(), b.wall().toMillis()));
    }

    private static long tokens(LifetimeHistory history) {
        return history.runs().stream()
                .mapToLong(run -> run.accepted().getTelemetry().getTokensUsed())
                .sum();
    }

    private static long costMicros(LifetimeHistory history) {
        return history.runs().stream()
                .mapToLong(run -> run.accepted().getTelemetry().getCostMicros())
                .sum();
    }

    ObjectNode json() {
        ObjectNode json = Json.object();
        json.set("a", identity(a.lifetime()));
        json.set("b", identity(b.lifetime()));
        ObjectNode path = json.putObject("path");
        path.put("same", diff.samePath());
        path.put("shared", diff.shared());
        path.put("alike", diff.same());
        path.put("changed", diff.changed().size());
        path.put("only_in_a", diff.onlyInA().size());
        path.put("only_in_b", diff.onlyInB().size());
        path.set("first_difference", diff.first().map(DiffReport::json).orElse(null));
        ArrayNode changes = path.putArray("differences");
        differences().limit(MOST_RUNS_IN_JSON).forEach(each -> changes.add(json(each)));
        ObjectNode output = json.putObject("output");
        output.put("same", outputOfA.equals(outputOfB));
        output.set("a", outputOfA);
        output.set("b", outputOfB);
        ObjectNode totals = json.putObject("figures");
        for (Figure figure : figures) {
            ObjectNode entry = totals.putObject(figure.name());
            entry.put("a", figure.a());
            entry.put("b", figure.b());
            entry.put("difference", figure.difference());
        }
        return json;
    }

    private Stream<Difference> differences() {
        return Stream.of(
                        diff.changed().stream().map(pair -> Difference.of(pair.a(), pair.b())),
                        diff.onlyInA().stream().map(run -> Difference.of(run, null)),
                        diff.onlyInB().stream().map(run -> Difference.of(null, run)))
                .flatMap(each -> each);
    }

    private static ObjectNode identity(AgentLifetime lifetime) {
        ObjectNode json = Json.object();
        json.put("lifetime_id", lifetime.getLifetimeId());
        json.put("graph", lifetime.getGraph().getName());
        json.put("version", lifetime.getGraph().getVersion());
        json.put("status", LifetimeReport.status(lifetime.getStatus()));
        json.put("reason", lifetime.getReason());
        return json;
    }

    private static ObjectNode json(Difference difference) {
        Place place = difference.place();
        ObjectNode json = Json.object();
        json.put("node", place.nodeId());
        json.put("token_path", place.tokenPath());
        json.put("iteration", place.iteration());
        json.put("attempt", place.attempt());
        json.set("a", difference.a().map(DiffReport::json).orElse(null));
        json.set("b", difference.b().map(DiffReport::json).orElse(null));
        return json;
    }

    private static ObjectNode json(NodeRun run) {
        ObjectNode json = Json.object();
        json.put("exec_id", run.execId());
        json.put("status", ExecutionsCommand.status(run.accepted().getStatus()));
        json.put("error_code", run.accepted().getError().getCode());
        ArrayNode next = json.putArray("next_task_ids");
        run.accepted().getNextTaskIdsList().forEach(next::add);
        return json;
    }

    void print(PrintStream out) {
        printHead("A", a.lifetime(), out);
        printHead("B", b.lifetime(), out);
        out.println("path    " + diff.shared() + " executions shared, " + diff.same() + " alike, "
                + diff.changed().size() + " different, " + diff.onlyInA().size() + " only in A, "
                + diff.onlyInB().size() + " only in B");
        diff.first().ifPresent(first -> out.println("        first at " + text(first)));
        out.println("output  " + (outputOfA.equals(outputOfB) ? "the same" : "different"));
        out.println();
        Table table = new Table("", "A", "B", "DIFFERENCE");
        figures.forEach(figure -> table.row(
                figure.name(),
                figure.a().toPlainString(),
                figure.b().toPlainString(),
                (figure.difference().signum() > 0 ? "+" : "")
                        + figure.difference().toPlainString()));
        table.print(out);
        printDifferences(out);
    }

    private static void printHead(String name, AgentLifetime lifetime, PrintStream out) {
        out.println(name + "       " + lifetime.getLifetimeId() + "  "
                + lifetime.getGraph().getName() + ' ' + lifetime.getGraph().getVersion() + "  "
                + LifetimeReport.status(lifetime.getStatus()));
    }

    private void printDifferences(PrintStream out) {
        List<Difference> shown = differences().limit(MOST_RUNS_FOR_PEOPLE).toList();
        if (shown.isEmpty()) {
            return;
        }
        out.println();
        Table table = new Table("NODE", "BRANCH", "ITERATION", "ATTEMPT", "A", "B");
        for (Difference each : shown) {
            Place place = each.place();
            table.row(
                    place.nodeId(),
                    place.tokenPath().isEmpty() ? "-" : place.tokenPath(),
                    place.iteration(),
                    place.attempt(),
                    outcome(each.a()),
                    outcome(each.b()));
        }
        table.print(out);
        int all = diff.changed().size() + diff.onlyInA().size() + diff.onlyInB().size();
        if (all > shown.size()) {
            out.println("and " + (all - shown.size()) + " more; see -o json");
        }
    }

    private static String text(Difference difference) {
        Place place = difference.place();
        return place.nodeId() + " (iteration " + place.iteration() + ", attempt " + place.attempt()
                + (place.tokenPath().isEmpty() ? "" : ", branch " + place.tokenPath()) + "): A "
                + outcome(difference.a()) + ", B " + outcome(difference.b());
    }

    private static String outcome(Optional<NodeRun> run) {
        return run.map(NodeRun::accepted).map(DiffReport::outcome).orElse("-");
    }

    private static String outcome(Accepted accepted) {
        if (!accepted.getError().getCode().isEmpty()) {
            return accepted.getError().getCode();
        }
        return accepted.getNextTaskIdsCount() == 0
                ? ExecutionsCommand.status(accepted.getStatus())
                : "-> " + ExecutionsCommand.nextTasks(accepted.getNextTaskIdsList());
    }
}
