package io.ticktock.state;

import io.ticktock.bus.LastingFault;
import io.ticktock.proto.v1.SendSignalRequest;
import io.ticktock.proto.v1.SendSignalResponse;
import io.ticktock.proto.v1.Signal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The durable inbox of lifetimes, as far as it is filled and emptied from outside of decisions. */
final class SignalRepository {

    private static final Logger LOG = LoggerFactory.getLogger(SignalRepository.class);
    private static final long FORGETS_EVERY_MS = 60_000;
    private static final int MOST_FORGOTTEN = 5_000;

    private final Vertx vertx;
    private final Database database;
    private final BlobReferenceRepository blobs;
    private final long timerId;
    private final LastingFault notForgotten = new LastingFault(LOG, "signals to nobody are not removed yet");

    SignalRepository(Vertx vertx, Database database, BlobReferenceRepository blobs) {
        this.vertx = vertx;
        this.database = database;
        this.blobs = blobs;
        this.timerId = vertx.setPeriodic(
                FORGETS_EVERY_MS,
                id -> forget().onSuccess(all -> notForgotten.over()).onFailure(notForgotten::failed));
    }

    Future<Void> close() {
        vertx.cancelTimer(timerId);
        return Future.succeededFuture();
    }

    private static final String INSERT = """
            WITH sent AS (
                INSERT INTO signals (tenant_id, lifetime_id, signal_id, shard, signal)
                SELECT o.*
                FROM unnest($1::text[], $2::uuid[], $3::text[], $4::smallint[], $5::bytea[])
                    AS o (tenant_id, lifetime_id, signal_id, shard, signal)
                WHERE NOT EXISTS (
                    SELECT FROM lifetimes l
                    WHERE l.tenant_id = o.tenant_id AND l.lifetime_id = o.lifetime_id AND l.ended_at IS NOT NULL)
                ON CONFLICT DO NOTHING)
            SELECT count(*) FROM lifetimes
            WHERE tenant_id = $1[1] AND lifetime_id = $2[1] AND ended_at IS NOT NULL
            """;

    /** The same signal again is the same signal. */
    Future<SendSignalResponse> send(SendSignalRequest request) {
        Signal signal = request.getSignal();
        SignalColumns columns = new SignalColumns();
        columns.add(signal);
        List<Object> parameters = new ArrayList<>();
        columns.addTo(parameters);
        BlobReferenceRepository.Uses uses = new BlobReferenceRepository.Uses();
        return blobs.add(uses.add(signal.getTenantId(), BlobUris.of(signal)))
                .compose(referenced -> database.query(INSERT, Tuple.wrap(parameters)))
                .map(rows -> {
                    if (rows.iterator().next().getLong(0) > 0) {
                        throw Refusal.hasEnded(Checks.lifetime(signal.getLifetimeId()));
                    }
                    return SendSignalResponse.getDefaultInstance();
                });
    }

    /**
     * A child may begin a while after it was given up, and then obeys that; it does not after minutes: by then whoever was to
     * begin it has failed.
     */
    private static final String FORGET = """
            DELETE FROM signals WHERE ctid = ANY (ARRAY(
                SELECT s.ctid FROM signals s
                WHERE s.created_at < now() - interval '10 minutes'
                    AND NOT EXISTS (
                        SELECT FROM lifetimes l
                        WHERE l.tenant_id = s.tenant_id AND l.lifetime_id = s.lifetime_id AND l.ended_at IS NULL)
                LIMIT $1))
            """;

    /**
     * Removes what nobody will ever answer, and every search for what is due would look at: signals to children that were given
     * up before they began, and to what ended while they were sent.
     */
    Future<Void> forget() {
        return database.query(FORGET, Tuple.of(MOST_FORGOTTEN))
                .compose(forgotten -> forgotten.rowCount() < MOST_FORGOTTEN ? Future.succeededFuture() : forget());
    }
}
