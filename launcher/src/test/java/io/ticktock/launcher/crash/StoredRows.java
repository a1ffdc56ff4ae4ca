package io.ticktock.launcher.crash;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.state.DatabaseAddress;
import io.ticktock.testkit.Awaiting;
import io.ticktock.testkit.Evidence;
import io.ticktock.testkit.Evidence.BudgetKey;
import io.ticktock.testkit.Evidence.Budgets;
import io.ticktock.testkit.Evidence.Slice;
import io.ticktock.testkit.Evidence.SliceKey;
import io.ticktock.testkit.History;
import io.ticktock.testkit.HistoryCheck;
import io.ticktock.testkit.HistoryChecker;
import io.ticktock.testkit.Violation;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What is in the tables, read past everything that the product has in between: as the superuser, in plain SQL. */
public final class StoredRows {

    private final Vertx vertx;
    private final PgConnectOptions options;

    public StoredRows(Vertx vertx, DatabaseAddress address) {
        this.vertx = vertx;
        this.options = new PgConnectOptions()
                .setHost(address.host())
                .setPort(address.port())
                .setUser(address.user())
                .setPassword(address.password())
                .setDatabase(address.database());
    }

    /** The number that a query of one row and one column gives. */
    public long number(String sql) {
        return read(sql, row -> row.getLong(0)).get(0);
    }

    /** Statements that change something, as an administrator or a fault does. */
    public void execute(String sql) {
        Awaiting.result(
                connect().compose(connection -> connection.query(sql).execute().eventually(connection::close)));
    }

    /** A connection of the caller's own, to be closed by it. */
    public Future<PgConnection> connect() {
        return PgConnection.connect(vertx, options);
    }

    public long openLifetimes() {
        return number("SELECT count(*) FROM ticktock.lifetimes WHERE ended_at IS NULL");
    }

    /** All rows that say what happened, where they fit into memory. */
    public History history() {
        return atOneMoment(ranges -> part(ranges));
    }

    /**
     * Checks all rows, of some hundred lifetimes at a time, so that they need not fit into memory; all of them as they were at one
     * moment. Those that are of no lifetime come with their neighbours.
     *
     * @param evidence what else is known; budgets and the time are read with the rows
     * @param limits of budgets that are reserved, and whose span has no end or began lately
     */
    public List<Violation> check(HistoryChecker checker, Evidence evidence, Map<BudgetKey, Long> limits) {
        return atOneMoment(ranges -> {
            Instant now = ranges.readAll(
                            "SELECT now()", row -> row.getOffsetDateTime(0).toInstant())
                    .get(0);
            Budgets budgets = new Budgets(ranges.readAll(SELECT_SLICES, StoredRows::slice), limits);
            HistoryCheck check = checker.begin(evidence.withBudgets(budgets).readAt(now));
            while (ranges.next()) {
                check.add(part(ranges));
            }
            return check.finish();
        });
    }

    private static final String SELECT_SLICES = """
            SELECT tenant_id, budget, bucket, slice_id, granted, reserved, spent, overdraft FROM ticktock.budget_slices
            """;

    private static Slice slice(Row row) {
        BudgetKey budget = new BudgetKey(row.getString(0), row.getString(1));
        Instant bucket = row.getOffsetDateTime(2).toInstant();
        return new Slice(
                new SliceKey(budget, bucket, row.getString(3)),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7));
    }

    private <T> T atOneMoment(Function<RowRanges, T> reader) {
        PgConnection connection = Awaiting.result(PgConnection.connect(vertx, options));
        try {
            RowRanges ranges = new RowRanges(connection);
            ranges.begin();
            return reader.apply(ranges);
        } finally {
            Awaiting.result(connection.close());
        }
    }

    private static History part(RowRanges ranges) {
        List<History.Lifetime> lifetimes =
                ranges.read("lifetimes", "head, coalesce(quarantine, '')", StoredRows::lifetime);
        List<History.Execution> executions = new ArrayList<>();
        executions.addAll(executions(ranges, "task_executions", TaskExecution.parser(), History.Execution::of));
        executions.addAll(executions(ranges, "plan_executions", PlanExecution.parser(), History.Execution::of));
        List<History.Event> events = ranges.read("lifetime_events", "seq, epoch, event", StoredRows::event);
        History.Waits waits = new History.Waits(
                ranges.read(
                        "timers",
                        "due_at",
                        row -> new History.Timer(
                                key(row), row.getOffsetDateTime(2).toInstant())),
                ranges.read(
                        "signals",
                        "signal",
                        row -> new History.PendingSignal(key(row), message(Signal.parser(), row, 2))),
                ranges.read("open_questions", "exec_id", row -> new History.Question(key(row), execId(row))),
                ranges.read("waiting_work", "exec_id", row -> new History.Work(key(row), execId(row))));
        return new History(lifetimes, events, executions).withWaits(waits);
    }

    private interface ToExecution<M> {
        History.Execution of(History.Key key, String execId, M message);
    }

    private static <M> List<History.Execution> executions(
            RowRanges ranges, String table, Parser<M> parser, ToExecution<M> execution) {
        return ranges.read(
                table, "exec_id, envelope", row -> execution.of(key(row), execId(row), message(parser, row, 3)));
    }

    private static History.Lifetime lifetime(Row row) {
        AgentLifetime head = message(AgentLifetime.parser(), row, 2);
        return new History.Lifetime(
                key(row), head.toBuilder().setQuarantine(row.getString(3)).build());
    }

    private static History.Event event(Row row) {
        return new History.Event(key(row), row.getLong(2), row.getLong(3), message(LifetimeEvent.parser(), row, 4));
    }

    private static History.Key key(Row row) {
        return new History.Key(row.getString(0), row.getUUID(1).toString());
    }

    private static String execId(Row row) {
        return row.getUUID(2).toString();
    }

    private static <M> M message(Parser<M> parser, Row row, int column) {
        try {
            return parser.parseFrom(row.getBuffer(column).getBytes());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the database holds what is no message", e);
        }
    }

    private <T> List<T> read(String sql, Function<Row, T> each) {
        RowSet<Row> rows = Awaiting.result(
                connect().compose(connection -> connection.query(sql).execute().eventually(connection::close)));
        List<T> read = new ArrayList<>(rows.size());
        rows.forEach(row -> read.add(each.apply(row)));
        return read;
    }
}
