package io.ticktock.state;

import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.Fence;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.ListSuspectsRequest;
import io.ticktock.proto.v1.ListSuspectsResponse;
import io.ticktock.proto.v1.NoteRecoveriesRequest;
import io.ticktock.proto.v1.NoteRecoveriesResponse;
import io.ticktock.proto.v1.SetQuarantineRequest;
import io.ticktock.proto.v1.SetQuarantineResponse;
import io.ticktock.proto.v1.Suspect;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.UUID;

/** Which lifetimes were in the hands of owners that were lost, and which are set aside for it. */
final class QuarantineRepository {

    private static final int MOST_KEYS = 1_000;

    private final Database database;

    QuarantineRepository(Database database) {
        this.database = database;
    }

    private static final String SELECT_SUSPECTS = """
            SELECT tenant_id, lifetime_id, tries FROM suspects WHERE shard = ANY ($1::smallint[])
            ORDER BY tries DESC, tenant_id, lifetime_id
            LIMIT 1000
            """;

    Future<ListSuspectsResponse> suspects(ListSuspectsRequest request) {
        Short[] shards =
                request.getShardsList().stream().map(Integer::shortValue).toArray(Short[]::new);
        return database.query(SELECT_SUSPECTS, Tuple.of(shards)).map(rows -> {
            ListSuspectsResponse.Builder response = ListSuspectsResponse.newBuilder();
            rows.forEach(row -> response.addSuspects(suspect(row)));
            return response.build();
        });
    }

    private static Suspect suspect(Row row) {
        return Suspect.newBuilder()
                .setLifetime(LifetimeKey.newBuilder()
                        .setTenantId(row.getString(0))
                        .setLifetimeId(row.getUUID(1).toString()))
                .setTries(row.getInteger(2))
                .build();
    }

    /** What a fenced owner says of lifetimes must not count: it holds what its successor does up for no longer than this. */
    private static final String REQUIRE_FENCE =
            "SELECT coalesce(taken_as, epoch) FROM shard_owners WHERE owner_id = $1 AND epoch = $2 FOR SHARE";

    /** As what the owner counts. */
    private static Future<Long> requireFence(Query query, Fence fence) {
        return query.execute(REQUIRE_FENCE, Tuple.of(fence.getOwnerId(), fence.getEpoch()))
                .map(rows -> {
                    for (Row row : rows) {
                        return row.getLong(0);
                    }
                    throw Refusal.fenced();
                });
    }

    private static final String BEGIN = """
            INSERT INTO suspects (tenant_id, lifetime_id, shard, epoch, tries)
            SELECT b.tenant_id, b.lifetime_id, b.shard, $4, 1
            FROM unnest($1::text[], $2::uuid[], $3::smallint[]) AS b (tenant_id, lifetime_id, shard)
            ORDER BY b.tenant_id, b.lifetime_id
            ON CONFLICT (tenant_id, lifetime_id) DO UPDATE SET epoch = excluded.epoch, tries = suspects.tries + 1
            WHERE suspects.epoch <> excluded.epoch
            """;

    private static final String END = """
            DELETE FROM suspects s USING unnest($1::text[], $2::uuid[], $3::smallint[]) AS e (tenant_id, lifetime_id, shard)
            WHERE s.tenant_id = e.tenant_id AND s.lifetime_id = e.lifetime_id
            """;

    Future<NoteRecoveriesResponse> note(NoteRecoveriesRequest request) {
        Checks.atMost("begun", request.getBegunCount(), MOST_KEYS);
        Checks.atMost("ended", request.getEndedCount(), MOST_KEYS);
        Tuple begun = keys(request.getBegunList());
        Tuple ended = keys(request.getEndedList());
        return database.inTransaction(query -> requireFence(query, request.getFence())
                        .compose(takenAs -> query.execute(END, ended)
                                .compose(removed -> query.execute(BEGIN, begun.addLong(takenAs)))))
                .map(NoteRecoveriesResponse.getDefaultInstance());
    }

    private static Tuple keys(List<LifetimeKey> keys) {
        List<LifetimeIdentity> lifetimes = keys.stream()
                .map(key -> LifetimeIdentity.of(key.getTenantId(), key.getLifetimeId()))
                .distinct()
                .toList();
        return Tuple.of(
                lifetimes.stream().map(LifetimeIdentity::tenantId).toArray(String[]::new),
                lifetimes.stream().map(LifetimeIdentity::lifetimeId).toArray(UUID[]::new),
                lifetimes.stream()
                        .map(lifetime -> (short) Shard.of(lifetime.lifetimeId()).number())
                        .toArray(Short[]::new));
    }

    private static final String SET = """
            UPDATE lifetimes SET quarantine = $3
            WHERE tenant_id = $1 AND lifetime_id = $2 AND ended_at IS NULL AND quarantine IS DISTINCT FROM $3
            """;

    private static final String ACQUIT = "DELETE FROM suspects WHERE tenant_id = $1 AND lifetime_id = $2";

    Future<SetQuarantineResponse> set(SetQuarantineRequest request) {
        LifetimeIdentity id = LifetimeIdentity.of(
                request.getLifetime().getTenantId(), request.getLifetime().getLifetimeId());
        String reason = request.getReason().isEmpty() ? null : request.getReason();
        return database.inTransaction(query -> requireFence(query, request.getFence())
                        .compose(held -> query.execute(ACQUIT, Tuple.of(id.tenantId(), id.lifetimeId())))
                        .compose(removed -> query.execute(SET, Tuple.of(id.tenantId(), id.lifetimeId(), reason))))
                .map(changed -> SetQuarantineResponse.newBuilder()
                        .setChanged(changed.rowCount() > 0)
                        .build());
    }
}
