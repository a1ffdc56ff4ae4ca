package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Brings the schema up to date: the numbered scripts that are missing, in order, each in a transaction with the note
 * that it was applied. One process at a time; the others wait and find nothing left to do.
 */
public final class Migrations {

    /** A numbered script. It never changes once it has been released. */
    record Script(int number, String name, String sql) {

        static Script resource(int number, String name) {
            try (InputStream in = Migrations.class.getResourceAsStream("migrations/" + name)) {
                return new Script(number, name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String checksum() {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                return HexFormat.of().formatHex(digest.digest(sql.getBytes(StandardCharsets.UTF_8)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }

    static final List<Script> SCRIPTS = List.of(
            Script.resource(1, "0001_tables.sql"),
            Script.resource(2, "0002_rights.sql"),
            Script.resource(3, "0003_policy_sets.sql"),
            Script.resource(4, "0004_forks.sql"),
            Script.resource(5, "0005_history.sql"),
            Script.resource(6, "0006_budgets.sql"),
            Script.resource(7, "0007_tenants.sql"),
            Script.resource(8, "0008_human_tasks.sql"),
            Script.resource(9, "0009_labels.sql"),
            Script.resource(10, "0010_waiting_work.sql"),
            Script.resource(11, "0011_fingerprints.sql"),
            Script.resource(12, "0012_claims.sql"),
            Script.resource(13, "0013_quotas.sql"),
            Script.resource(14, "0014_open_lifetimes.sql"),
            Script.resource(15, "0015_event_stream.sql"),
            Script.resource(16, "0016_webhooks.sql"),
            Script.resource(17, "0017_quarantine.sql"),
            Script.resource(18, "0018_raised_epochs.sql"),
            Script.resource(19, "0019_due_pages.sql"));

    private static final int ATTEMPTS = 20;
    private static final long PAUSE_MS = 250;

    private final Vertx vertx;
    private final DatabaseAddress address;
    private final List<Script> scripts;

    public Migrations(Vertx vertx, DatabaseAddress address) {
        this(vertx, address, SCRIPTS);
    }

    Migrations(Vertx vertx, DatabaseAddress address, List<Script> scripts) {
        this.vertx = vertx;
        this.address = address;
        this.scripts = scripts;
    }

    /** Completes with how many scripts were applied now. Waits a few seconds for a database that is just starting. */
    public Future<Integer> run() {
        return attempt(ATTEMPTS);
    }

    private Future<Integer> attempt(int attempts) {
        return PgConnection.connect(vertx, address.options())
                .compose(connection -> migrate(connection).eventually(connection::close))
                .recover(cause -> attempts > 1 && isPassing(cause)
                        ? vertx.timer(PAUSE_MS, TimeUnit.MILLISECONDS).compose(fired -> attempt(attempts - 1))
                        : Future.failedFuture(failure(cause)));
    }

    private static final String LOCK = "SELECT pg_advisory_lock(7401962342)";

    private static final String CREATE_SCHEMA = """
            CREATE SCHEMA IF NOT EXISTS ticktock;
            CREATE TABLE IF NOT EXISTS ticktock.migrations (
                number integer PRIMARY KEY,
                name text NOT NULL,
                checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now());
            """;

    private Future<Integer> migrate(PgConnection connection) {
        return connection
                .query("SET client_min_messages = warning; SET search_path = ticktock;" + LOCK)
                .execute()
                .compose(locked -> createRoles(connection))
                .compose(roles -> connection.query(CREATE_SCHEMA).execute())
                .compose(created -> connection.query(SELECT_APPLIED).execute())
                .compose(rows -> applyMissing(connection, applied(rows)));
    }

    /**
     * Roles belong to the whole server, so another database's start may create them at the same moment. Superusers may
     * take every role; others must be members.
     */
    private static final String CREATE_ROLES = """
            DO $do$
            DECLARE
                wanted text;
                -- From version 16 on a member may or may not act as the role.
                needed text := CASE WHEN current_setting('server_version_num')::integer < 160000
                    THEN 'MEMBER' ELSE 'SET' END;
            BEGIN
                FOREACH wanted IN ARRAY ARRAY['ticktock_writer', 'ticktock_reader'] LOOP
                    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                        BEGIN
                            EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', wanted);
                        EXCEPTION WHEN duplicate_object OR unique_violation THEN
                            NULL;
                        END;
                    END IF;
                    IF NOT pg_has_role(current_user, wanted, needed) THEN
                        EXECUTE format('GRANT %I TO %I', wanted, current_user);
                    END IF;
                END LOOP;
            END
            $do$
            """;

    private static Future<?> createRoles(PgConnection connection) {
        return connection.query(CREATE_ROLES).execute();
    }

    private static final String SELECT_APPLIED = "SELECT number, name, checksum FROM migrations ORDER BY number";

    private record Applied(String name, String checksum) {}

    private static Map<Integer, Applied> applied(RowSet<Row> rows) {
        Map<Integer, Applied> applied = new TreeMap<>();
        rows.forEach(row -> applied.put(row.getInteger(0), new Applied(row.getString(1), row.getString(2))));
        return applied;
    }

    private Future<Integer> applyMissing(PgConnection connection, Map<Integer, Applied> applied) {
        verify(applied);
        Future<Integer> count = Future.succeededFuture(0);
        for (Script script : scripts) {
            if (!applied.containsKey(script.number)) {
                count = count.compose(before -> apply(connection, script).map(before + 1));
            }
        }
        return count;
    }

    private void verify(Map<Integer, Applied> applied) {
        Map<Integer, Script> known = new TreeMap<>();
        scripts.forEach(script -> known.put(script.number, script));
        applied.forEach((number, there) -> {
            Script script = known.get(number);
            if (script == null) {
                throw new Failure(
                        FailureCode.FAILED_PRECONDITION,
                        "the database has migration " + there.name + ", which this version does not know: use the"
                                + " version that made it, or a newer one");
            }
            if (!script.checksum().equals(there.checksum)) {
                throw new Failure(
                        FailureCode.FAILED_PRECONDITION,
                        "the database has another migration " + there.name + " than this version: it was made by a"
                                + " version that was never released");
            }
        });
    }

    private static final String NOTE = "INSERT INTO migrations (number, name, checksum) VALUES ($1, $2, $3)";

    private static Future<Void> apply(PgConnection connection, Script script) {
        return connection
                .begin()
                .compose(transaction -> connection
                        .query(script.sql)
                        .execute()
                        .compose(done -> connection
                                .preparedQuery(NOTE)
                                .execute(Tuple.of(script.number, script.name, script.checksum())))
                        .compose(noted -> transaction.commit())
                        .recover(cause -> transaction.rollback().transform(rolledBack -> Future.failedFuture(cause))));
    }

    /** A concurrent start in another database of the server may change the same roles. */
    private static boolean isPassing(Throwable cause) {
        return DatabaseFault.of(cause).kind() == DatabaseFault.Kind.PASSING
                || (cause instanceof PgException e && e.getErrorMessage().contains("concurrently updated"));
    }

    private Failure failure(Throwable cause) {
        if (cause instanceof Failure failure) {
            return failure;
        }
        FailureCode code = isPassing(cause) ? FailureCode.UNAVAILABLE : FailureCode.FAILED_PRECONDITION;
        return new Failure(code, "the database " + address + " cannot be used: " + reason(cause), cause);
    }

    private static String reason(Throwable cause) {
        return cause instanceof PgException e ? e.getErrorMessage() : "it does not answer";
    }
}
