package io.ticktock.launcher.crash;

import io.ticktock.testkit.Awaiting;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Cursor;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Walks along the keys of lifetimes, and reads the rows of each range, all as of one moment. */
final class RowRanges {

    private static final int LIFETIMES = 500;
    /** Records may be as large as the inline limit. */
    private static final int ROWS_AT_ONCE = 100;

    private static final UUID FIRST = new UUID(0, 0);

    private record Bound(String tenantId, UUID lifetimeId) {}

    private final PgConnection connection;
    private Bound after = new Bound("", FIRST);
    /** Up to and including this one; empty: all that is left. */
    private Optional<Bound> upTo = Optional.empty();

    private boolean hasBegun;

    RowRanges(PgConnection connection) {
        this.connection = connection;
    }

    void begin() {
        Awaiting.result(connection
                .query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .execute());
    }

    private static final String LAST_OF_RANGE = """
            SELECT tenant_id, lifetime_id FROM ticktock.lifetimes WHERE (tenant_id, lifetime_id) > ($1, $2)
            ORDER BY tenant_id, lifetime_id OFFSET $3 LIMIT 1
            """;

    /** Goes on to the next range, if there is one. Before, everything is one range. */
    boolean next() {
        if (hasBegun && upTo.isEmpty()) {
            return false;
        }
        hasBegun = true;
        after = upTo.orElse(after);
        RowSet<Row> rows = Awaiting.result(connection
                .preparedQuery(LAST_OF_RANGE)
                .execute(Tuple.of(after.tenantId, after.lifetimeId, LIFETIMES - 1)));
        upTo = rows.size() == 0
                ? Optional.empty()
                : Optional.of(new Bound(
                        rows.iterator().next().getString(0),
                        rows.iterator().next().getUUID(1)));
        return true;
    }

    /** The rows of the range, each with tenant_id, lifetime_id and these columns. */
    <T> List<T> read(String table, String columns, Function<Row, T> each) {
        boolean isOfQuestions = table.equals("open_questions");
        String sql = "SELECT tenant_id, lifetime_id, " + columns + " FROM ticktock."
                + (isOfQuestions ? "human_tasks" : table) + " WHERE (tenant_id, lifetime_id) > ($1, $2)"
                + (upTo.isPresent() ? " AND (tenant_id, lifetime_id) <= ($3, $4)" : "")
                + (isOfQuestions ? " AND closed_at IS NULL" : "");
        Tuple bounds = Tuple.of(after.tenantId, after.lifetimeId);
        upTo.ifPresent(last -> bounds.addString(last.tenantId).addUUID(last.lifetimeId));
        return read(sql, bounds, each);
    }

    /** The rows of a query. */
    <T> List<T> readAll(String sql, Function<Row, T> each) {
        return read(sql, Tuple.tuple(), each);
    }

    private <T> List<T> read(String sql, Tuple parameters, Function<Row, T> each) {
        PreparedStatement statement = Awaiting.result(connection.prepare(sql));
        Cursor cursor = statement.cursor(parameters);
        List<T> read = new ArrayList<>();
        do {
            Awaiting.result(cursor.read(ROWS_AT_ONCE)).forEach(row -> read.add(each.apply(row)));
        } while (cursor.hasMore());
        Awaiting.result(cursor.close().compose(closed -> statement.close()));
        return read;
    }
}
