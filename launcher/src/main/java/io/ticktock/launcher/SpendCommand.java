package io.ticktock.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.GetSpendRequest;
import io.ticktock.proto.v1.GetSpendResponse;
import io.ticktock.proto.v1.SpendGrouping;
import io.ticktock.proto.v1.SpendRow;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ticktock spend}: what the records add up to. */
@Command(
        name = "spend",
        description = {
            "Adds up executions, tokens and cost over all recorded executions, exactly.",
            "What was rejected, came late or was never accepted counts too: it was spent."
        },
        footer = {
            "",
            "Times are those at which records became durable.",
            "--by tenant is about all tenants; at a server, only for administrators of the tenant 'default'."
        })
final class SpendCommand implements Callable<Integer> {

    private static final int MICROS_DIGITS = 6;

    /** What the rows are. */
    enum By {
        TENANT(SpendGrouping.SPEND_GROUPING_TENANT),
        GRAPH(SpendGrouping.SPEND_GROUPING_GRAPH),
        VERSION(SpendGrouping.SPEND_GROUPING_VERSION),
        NODE(SpendGrouping.SPEND_GROUPING_NODE);

        private final SpendGrouping grouping;

        By(SpendGrouping grouping) {
            this.grouping = grouping;
        }

        private List<Column> columns() {
            return switch (this) {
                case TENANT -> List.of(new Column("tenant", SpendRow::getTenantId));
                case GRAPH -> List.of(Column.OF_GRAPH);
                case VERSION -> List.of(Column.OF_GRAPH, new Column("version", SpendRow::getGraphVersion));
                case NODE -> List.of(Column.OF_GRAPH, new Column("node", SpendRow::getNodeId));
            };
        }
    }

    private record Column(String name, Function<SpendRow, String> value) {

        private static final Column OF_GRAPH = new Column("graph", SpendRow::getGraphName);
    }

    private final Session session;

    @Option(names = "--by", paramLabel = "GROUP", description = "tenant, graph (default), version or node.")
    private By by = By.GRAPH;

    @Option(names = "--graph", paramLabel = "NAME", description = "Only executions of this graph.")
    private String graph = "";

    @Mixin
    private TimeSpanOptions times;

    @Mixin
    private FormatOption format;

    @Mixin
    private TargetOptions options;

    SpendCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        GetSpendRequest.Builder request =
                GetSpendRequest.newBuilder().setBy(by.grouping).setGraphName(graph);
        TimeSpanOptions.TimeSpan span = times.at(Instant.now());
        span.since().map(ProtoTime::timestamp).ifPresent(request::setSince);
        span.until().map(ProtoTime::timestamp).ifPresent(request::setUntil);
        try (ReachedSystem system = options.toLookAt(session)) {
            Client client = system.client();
            print(by == By.TENANT ? client.spendOfAll(request) : client.spend(request));
        }
        return ExitCode.COMPLETED.number();
    }

    private void print(GetSpendResponse spend) {
        if (format.isJson()) {
            session.terminal().out().println(Json.text(json(spend)));
            return;
        }
        Table table = new Table(headings());
        spend.getRowsList().forEach(row -> table.row(cells(row, groups(row))));
        table.row(cells(spend.getTotal(), total()));
        table.print(session.terminal().out());
        if (spend.getMore()) {
            session.terminal()
                    .err()
                    .println("These are the " + spend.getRowsCount() + " rows that cost most; the total is of all."
                            + " Narrow it down with --graph, --since or --until.");
        }
    }

    private String[] headings() {
        List<String> groups = by.columns().stream()
                .map(column -> column.name.toUpperCase(Locale.ROOT))
                .toList();
        return cells(groups, "EXECUTIONS", "TOKENS", "COST_USD");
    }

    private List<String> groups(SpendRow row) {
        return by.columns().stream()
                .map(column -> column.value.apply(row))
                .map(value -> value.isEmpty() ? "-" : value)
                .toList();
    }

    private List<String> total() {
        return by.columns().size() == 1 ? List.of("total") : List.of("total", "");
    }

    private static Object[] cells(SpendRow row, List<String> groups) {
        BigDecimal usd = new BigDecimal(new BigInteger(row.getCostMicros()), MICROS_DIGITS);
        return cells(groups, Long.toString(row.getExecutions()), row.getTokensUsed(), usd.toPlainString());
    }

    private static String[] cells(List<String> groups, String... figures) {
        return Stream.concat(groups.stream(), Arrays.stream(figures)).toArray(String[]::new);
    }

    private ObjectNode json(GetSpendResponse spend) {
        ObjectNode json = Json.object();
        ArrayNode rows = json.putArray("rows");
        for (SpendRow row : spend.getRowsList()) {
            ObjectNode node = rows.addObject();
            by.columns().forEach(column -> node.put(column.name, column.value.apply(row)));
            put(node, row);
        }
        put(json.putObject("total"), spend.getTotal());
        json.put("more", spend.getMore());
        return json;
    }

    private static void put(ObjectNode node, SpendRow row) {
        node.put("executions", row.getExecutions());
        node.put("tokens_used", new BigInteger(row.getTokensUsed()));
        node.put("cost_micros", new BigInteger(row.getCostMicros()));
    }
}
