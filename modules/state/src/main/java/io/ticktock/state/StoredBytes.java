package io.ticktock.state;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much each tenant has stored: noted in memory as it becomes durable, and added up in the database from time to time,
 * away from the transactions that store it. A crash loses what was not added up yet; an answer that is lost may have it
 * added twice.
 */
final class StoredBytes {

    private static final Logger LOG = LoggerFactory.getLogger(StoredBytes.class);
    private static final long INTERVAL_MS = 1_000;

    private final Vertx vertx;
    private final Database database;
    private final long timerId;
    /** In the order of their ids, so that two processes lock the rows in the same one. */
    private Map<String, Long> noted = new TreeMap<>();

    StoredBytes(Vertx vertx, Database database) {
        this.vertx = vertx;
        this.database = database;
        this.timerId = vertx.setPeriodic(INTERVAL_MS, id -> addUp());
    }

    synchronized void add(String tenantId, long bytes) {
        noted.merge(tenantId, bytes, Long::sum);
    }

    /** What is not in the database yet. */
    synchronized long noted(String tenantId) {
        return noted.getOrDefault(tenantId, 0L);
    }

    Future<Void> close() {
        vertx.cancelTimer(timerId);
        return addUp();
    }

    private static final String ADD = """
            INSERT INTO tenant_storage (tenant_id, stored_bytes)
            SELECT * FROM unnest($1::text[], $2::bigint[])
            ON CONFLICT (tenant_id) DO UPDATE SET stored_bytes = tenant_storage.stored_bytes + excluded.stored_bytes
            """;

    /** Succeeds always: what cannot be added now is noted again. */
    private Future<Void> addUp() {
        Map<String, Long> taken = take();
        if (taken.isEmpty()) {
            return Future.succeededFuture();
        }
        Tuple sums = Tuple.tuple()
                .addArrayOfString(taken.keySet().toArray(String[]::new))
                .addArrayOfLong(taken.values().toArray(Long[]::new));
        return database.query(ADD, sums).<Void>mapEmpty().recover(cause -> {
            LOG.debug("what tenants have stored is added up later", cause);
            taken.forEach(this::add);
            return Future.succeededFuture();
        });
    }

    private synchronized Map<String, Long> take() {
        Map<String, Long> taken = noted;
        noted = new TreeMap<>();
        return taken;
    }
}
