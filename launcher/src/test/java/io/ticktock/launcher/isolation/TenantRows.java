package io.ticktock.launcher.isolation;

import io.ticktock.state.DatabaseAddress;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** All rows of a tenant, read as the superuser, whatever tables there are. */
public final class TenantRows implements AutoCloseable {

    private static final String TABLES = """
            SELECT c.table_name FROM information_schema.columns c
            JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE c.table_schema = 'ticktock' AND c.column_name = 'tenant_id' AND t.table_type = 'BASE TABLE'
            """;

    /** Longer than the pause between two sums. */
    private static final int PAUSE_MS = 1_500;

    private static final int MOST_LOOKS = 10;

    private final PgConnection connection;

    public TenantRows(Vertx vertx, DatabaseAddress address) {
        this.connection = Awaiting.result(PgConnection.connect(
                vertx,
                new PgConnectOptions()
                        .setHost(address.host())
                        .setPort(address.port())
                        .setUser(address.user())
                        .setPassword(address.password())
                        .setDatabase(address.database())));
    }

    /** By the tables that have rows of tenants. */
    public SortedMap<String, List<String>> of(String tenant) {
        SortedMap<String, List<String>> rows = new TreeMap<>();
        for (String table : texts(TABLES, Tuple.tuple())) {
            rows.put(
                    table,
                    texts(
                            "SELECT t::text FROM ticktock." + table + " t WHERE tenant_id = $1 ORDER BY 1",
                            Tuple.of(tenant)));
        }
        return rows;
    }

    /** As above, once what is added up from time to time has been. */
    public SortedMap<String, List<String>> settled(Vertx vertx, String tenant) {
        SortedMap<String, List<String>> rows = of(tenant);
        for (int looks = 0; looks < MOST_LOOKS; looks++) {
            Awaiting.result(vertx.timer(PAUSE_MS));
            SortedMap<String, List<String>> again = of(tenant);
            if (again.equals(rows)) {
                return rows;
            }
            rows = again;
        }
        throw new AssertionError("the rows of " + tenant + " change and change");
    }

    /** How many of its lifetimes could go on by themselves. */
    public long running(String tenant) {
        return Awaiting.result(connection
                        .preparedQuery("SELECT count(*) FROM ticktock.lifetimes"
                                + " WHERE tenant_id = $1 AND ended_at IS NULL AND status = 1 AND NOT parked")
                        .execute(Tuple.of(tenant)))
                .iterator()
                .next()
                .getLong(0);
    }

    private List<String> texts(String sql, Tuple parameters) {
        List<String> texts = new ArrayList<>();
        for (Row row : Awaiting.result(connection.preparedQuery(sql).execute(parameters))) {
            texts.add(row.getString(0));
        }
        return texts;
    }

    @Override
    public void close() {
        Awaiting.result(connection.close());
    }
}
