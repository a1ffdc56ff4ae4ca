package io.ticktock.state;

import io.ticktock.proto.v1.SendSignalRequest;
import io.ticktock.proto.v1.SendSignalResponse;
import io.ticktock.proto.v1.Signal;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** The durable inbox of lifetimes, as far as it is filled from outside of decisions. */
final class SignalRepository {

    private final Database database;
    private final BlobReferenceRepository blobs;

    SignalRepository(Database database, BlobReferenceRepository blobs) {
        this.database = database;
        this.blobs = blobs;
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
}
