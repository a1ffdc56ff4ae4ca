package io.ticktock.launcher.crash;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.state.DatabaseAddress;
import io.ticktock.testkit.Awaiting;
import io.ticktock.testkit.History;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.List;
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

    public long openLifetimes() {
        return number("SELECT count(*) FROM ticktock.lifetimes WHERE ended_at IS NULL");
    }

    /** All rows that say what happened. */
    public History history() {
        List<History.Execution> executions = new ArrayList<>();
        executions.addAll(executions("task_executions", TaskExecution.parser(), History.Execution::of));
        executions.addAll(executions("plan_executions", PlanExecution.parser(), History.Execution::of));
        return new History(
                read("SELECT tenant_id, lifetime_id, head FROM ticktock.lifetimes", StoredRows::lifetime),
                read(
                        "SELECT tenant_id, lifetime_id, seq, epoch, event FROM ticktock.lifetime_events",
                        StoredRows::event),
                executions);
    }

    private interface ToExecution<M> {
        History.Execution of(History.Key key, String execId, M message);
    }

    private <M> List<History.Execution> executions(String table, Parser<M> parser, ToExecution<M> execution) {
        return read(
                "SELECT tenant_id, lifetime_id, exec_id, envelope FROM ticktock." + table,
                row -> execution.of(key(row), row.getUUID(2).toString(), message(parser, row, 3)));
    }

    private static History.Lifetime lifetime(Row row) {
        return new History.Lifetime(key(row), message(AgentLifetime.parser(), row, 2));
    }

    private static History.Event event(Row row) {
        return new History.Event(key(row), row.getLong(2), row.getLong(3), message(LifetimeEvent.parser(), row, 4));
    }

    private static History.Key key(Row row) {
        return new History.Key(row.getString(0), row.getUUID(1).toString());
    }

    private static <M> M message(Parser<M> parser, Row row, int column) {
        try {
            return parser.parseFrom(row.getBuffer(column).getBytes());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the database holds what is no message", e);
        }
    }

    private <T> List<T> read(String sql, Function<Row, T> each) {
        RowSet<Row> rows = Awaiting.result(PgConnection.connect(vertx, options)
                .compose(connection -> connection.query(sql).execute().eventually(connection::close)));
        List<T> read = new ArrayList<>(rows.size());
        rows.forEach(row -> read.add(each.apply(row)));
        return read;
    }
}
