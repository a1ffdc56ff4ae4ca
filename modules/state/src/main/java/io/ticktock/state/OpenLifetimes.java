package io.ticktock.state;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many lifetimes of the database have not ended. Nobody waits for the database to be told: who asks gets what was
 * counted last, and has it counted anew when that is old. Where nobody asks nothing is counted.
 */
final class OpenLifetimes {

    static final Duration OLD = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger(OpenLifetimes.class);
    private static final int RUNNING = 1;

    private final Database database;
    private final LongSupplier nanoTime;
    private Counts known = Counts.UNKNOWN;
    private long countedAtNanos;
    private boolean counting;

    /** Both unknown (not a number) until they have been counted, and where that could not be done. */
    record Counts(double running, double paused) {
        private static final Counts UNKNOWN = new Counts(Double.NaN, Double.NaN);
    }

    OpenLifetimes(Database database, LongSupplier nanoTime) {
        this.database = database;
        this.nanoTime = nanoTime;
        this.countedAtNanos = nanoTime.getAsLong() - OLD.toNanos();
    }

    Counts counts() {
        if (begins()) {
            count();
        }
        return known();
    }

    private synchronized boolean begins() {
        boolean isDue = !counting && nanoTime.getAsLong() - countedAtNanos >= OLD.toNanos();
        counting |= isDue;
        return isDue;
    }

    private synchronized Counts known() {
        return known;
    }

    private synchronized void counted(Counts counts) {
        known = counts;
        countedAtNanos = nanoTime.getAsLong();
        counting = false;
    }

    private static final String COUNT = "SELECT status, count(*) FROM lifetimes WHERE status IN (1, 2) GROUP BY status";

    private void count() {
        Future<Counts> counts = database.query(COUNT, Tuple.tuple()).map(OpenLifetimes::counts);
        counts.onSuccess(this::counted).onFailure(cause -> {
            LOG.debug("open lifetimes could not be counted", cause);
            counted(Counts.UNKNOWN);
        });
    }

    private static Counts counts(RowSet<Row> rows) {
        long running = 0;
        long paused = 0;
        for (Row row : rows) {
            if (row.getInteger(0) == RUNNING) {
                running = row.getLong(1);
            } else {
                paused = row.getLong(1);
            }
        }
        return new Counts(running, paused);
    }
}
