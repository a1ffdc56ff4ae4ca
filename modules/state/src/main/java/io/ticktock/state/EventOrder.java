package io.ticktock.state;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;

/**
 * The numbers under which events are logged, in the order of which they are streamed: those of the transactions that log them, which
 * a server counts, on top of a base, which is raised whenever the database finds itself on another server.
 */
final class EventOrder {

    /**
     * For statements that log events, which must evaluate it once. It is never below what a transaction was given that had ended
     * before this one began.
     */
    static final String BATCH = "(SELECT base + pg_current_xact_id()::text::bigint FROM event_order WHERE only_one)";

    /** Every transaction with a lower batch has ended, and what it logged is seen by later statements. */
    static final String HORIZON =
            "SELECT base + pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM event_order WHERE only_one";

    /** A copy that goes on from an earlier time has a timeline of its own. */
    private static final String SERVER = """
            (SELECT s.system_identifier || ':' || c.timeline_id FROM pg_control_system() AS s, pg_control_checkpoint() AS c)
            """;

    private static final String IS_ON_ANOTHER_SERVER = "SELECT 1 FROM event_order WHERE server <> " + SERVER;

    /**
     * More transactions than a server gets to, so that the numbers go on above all that were given out or told on any server
     * before. There is room for half a million servers.
     */
    private static final long TRANSACTIONS_OF_A_SERVER = 1L << 44;

    /** Waits for those who log events on the old base: once the new one counts they would be passed by. */
    private static final String AWAIT_WRITERS = "LOCK TABLE lifetime_events IN EXCLUSIVE MODE";

    private static final String RAISE =
            "UPDATE event_order SET base = base + $1, server = " + SERVER + " WHERE server <> " + SERVER;

    private EventOrder() {}

    /** To be done as the owner of the tables, before anything is logged. */
    static Future<Void> settle(Vertx vertx, DatabaseAddress address) {
        return PgConnection.connect(vertx, address.options().addProperty("search_path", "ticktock"))
                .compose(connection -> settle(connection).eventually(connection::close))
                .recover(cause -> Future.failedFuture(DatabaseFault.of(cause).toFailure()));
    }

    private static Future<Void> settle(PgConnection connection) {
        return connection
                .query(IS_ON_ANOTHER_SERVER)
                .execute()
                .compose(another -> another.size() == 0 ? Future.succeededFuture() : raise(connection));
    }

    private static Future<Void> raise(PgConnection connection) {
        return connection
                .begin()
                .compose(transaction -> connection
                        .query(AWAIT_WRITERS)
                        .execute()
                        .compose(alone -> connection.preparedQuery(RAISE).execute(Tuple.of(TRANSACTIONS_OF_A_SERVER)))
                        .compose(raised -> transaction.commit())
                        .recover(cause -> transaction.rollback().transform(back -> Future.failedFuture(cause))));
    }
}
