package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.HoldShardsRequest;
import io.ticktock.proto.v1.HoldShardsResponse;
import io.ticktock.proto.v1.ReleaseShardsRequest;
import io.ticktock.proto.v1.ReleaseShardsResponse;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who drives which shard. Those who share take no more than their part. An owner's epoch rises when its shards become
 * more, and when it asks for that; who loses shards loses its row, and with it every decision under its epoch. Epochs come
 * from a sequence, so none is ever given twice. Leases are measured by the database's clock.
 */
final class ShardRepository {

    private static final Logger LOG = LoggerFactory.getLogger(ShardRepository.class);

    private final Database database;

    ShardRepository(Database database) {
        // A hold that came into force after its owner had given up on it, after 3 s, would end the owner's next one.
        this.database = database.withoutPatience();
    }

    Future<HoldShardsResponse> hold(HoldShardsRequest request) {
        Checks.lease(request);
        if (request.getEpoch() == 0) {
            return takeOver(request);
        }
        return request.getRaisesEpoch()
                ? renew(RENEW_RAISING, request)
                : renew(RENEW, request).compose(held -> takeMore(request, held));
    }

    /** An owner that missed the answer to how its epoch rose names the one before it, until it names the one that it has. */
    private static final String RENEW = """
            UPDATE shard_owners
            SET lease_until = clock_timestamp() + $3 * interval '1 millisecond',
                raised_from = CASE epoch WHEN $2 THEN NULL ELSE raised_from END
            WHERE owner_id = $1 AND $2 IN (epoch, raised_from)
            RETURNING epoch
            """;

    /** Waits for the decisions that share the row, and lets none begin under the epoch that it had. Once is enough. */
    private static final String RENEW_RAISING = """
            UPDATE shard_owners
            SET lease_until = clock_timestamp() + $3 * interval '1 millisecond', raised_from = $2,
                epoch = CASE epoch WHEN $2 THEN nextval('shard_epochs') ELSE epoch END
            WHERE owner_id = $1 AND $2 IN (epoch, raised_from)
            RETURNING epoch
            """;

    /** A lease that would last longer than any is from before the clock went back: whoever lives renews it soon. */
    private static final String IS_LIVE =
            "lease_until BETWEEN clock_timestamp() AND clock_timestamp() + interval '%d milliseconds'"
                    .formatted(Checks.LONGEST_LEASE_MS);

    private static final String SELECT_HELD = """
            SELECT ARRAY(SELECT shard FROM shards WHERE owner_id = $1 ORDER BY shard),
                (SELECT count(*) FROM shard_owners WHERE owner_id = $1 OR %s),
                ARRAY(
                    SELECT shard FROM shards
                    WHERE owner_id = $1 AND losses >= 2 AND taken_at > clock_timestamp() - interval '2 minutes'
                    ORDER BY shard),
                clock_timestamp()
            """.formatted(IS_LIVE);

    private Future<HoldShardsResponse> renew(String renew, HoldShardsRequest request) {
        return database.onConnection(query -> query.execute(renew, renewal(request))
                .map(ShardRepository::epoch)
                .compose(epoch -> query.execute(SELECT_HELD, Tuple.of(request.getOwnerId()))
                        .map(rows -> response(epoch, rows))));
    }

    private static Tuple renewal(HoldShardsRequest request) {
        return Tuple.of(request.getOwnerId(), request.getEpoch(), request.getLeaseMs());
    }

    private static final String SELECT_FREE = """
            SELECT 1 FROM shards s
            WHERE NOT EXISTS (
                SELECT FROM shard_owners o
                WHERE o.owner_id = s.owner_id AND (o.owner_id = $1 OR %s))
            LIMIT 1
            """.formatted(IS_LIVE);

    /** Whether or not there is more to take, what is held is held; what came of a try without an answer is told next time. */
    private Future<HoldShardsResponse> takeMore(HoldShardsRequest request, HoldShardsResponse held) {
        if (request.getShares() && held.getShardsCount() >= held.getFairShare()) {
            return Future.succeededFuture(held);
        }
        return database.query(SELECT_FREE, Tuple.of(request.getOwnerId()))
                .compose(free -> free.size() == 0 ? Future.succeededFuture(held) : takeOver(request))
                .recover(cause -> {
                    if (Failure.is(cause, FailureCode.FENCED)) {
                        return Future.failedFuture(cause);
                    }
                    LOG.warn("free shards could not be taken over yet: {}", cause.getMessage());
                    return Future.succeededFuture(held);
                });
    }

    /** One takeover at a time, so that each sees what the one before it left. */
    private static final String ONE_AT_A_TIME = """
            SELECT set_config('statement_timeout', '2000', true), set_config('lock_timeout', '2000', true),
                pg_advisory_xact_lock(7401962341)
            """;

    /** Deleting a row waits for the decisions that share it, and lets none begin. */
    private static final String REMOVE_EXPIRED =
            "DELETE FROM shard_owners WHERE owner_id <> $1 AND NOT (" + IS_LIVE + ")";

    private static final String BECOME_OWNER = """
            INSERT INTO shard_owners (owner_id, epoch, taken_as, lease_until)
            SELECT $1, epoch, epoch, clock_timestamp() + $2 * interval '1 millisecond' FROM nextval('shard_epochs') AS epoch
            ON CONFLICT (owner_id) DO UPDATE
            SET lease_until = excluded.lease_until, epoch = excluded.epoch, taken_as = excluded.epoch, raised_from = NULL
            RETURNING epoch
            """;

    private static final String COUNT_OTHERS = "SELECT count(*) FROM shard_owners WHERE owner_id <> $1";

    /** Who gave it up has no name there any more; any other was lost. Earlier losses count while they come soon after the taking. */
    private static final String SET_TAKEN = """
            UPDATE shards SET owner_id = $1, taken_at = clock_timestamp(),
                losses = CASE
                    WHEN owner_id IS NULL THEN 0
                    WHEN taken_at > clock_timestamp() - interval '2 minutes' THEN least(losses + 1, 1000)
                    ELSE 1 END
            """;

    private static final String TAKE_OWN = SET_TAKEN + "WHERE owner_id = $1";

    private static final String TAKE_FREE = SET_TAKEN + """
            WHERE shard IN (
                SELECT s.shard FROM shards s
                WHERE NOT EXISTS (SELECT FROM shard_owners o WHERE o.owner_id = s.owner_id)
                ORDER BY s.shard
                LIMIT greatest($2 - (SELECT count(*) FROM shards h WHERE h.owner_id = $1), 0))
            """;

    private Future<HoldShardsResponse> takeOver(HoldShardsRequest request) {
        Tuple owner = Tuple.of(request.getOwnerId());
        return database.inTransaction(query -> query.execute(ONE_AT_A_TIME, Tuple.tuple())
                .compose(alone -> query.execute(REMOVE_EXPIRED, owner))
                .compose(removed -> query.execute(COUNT_OTHERS, owner))
                .map(rows -> rows.iterator().next().getLong(0))
                .compose(others -> isKeptOut(request, others)
                        ? Future.succeededFuture(HoldShardsResponse.getDefaultInstance())
                        : take(query, request, others)));
    }

    private static boolean isKeptOut(HoldShardsRequest request, long others) {
        return !request.getShares() && request.getEpoch() == 0 && others > 0;
    }

    /** What another owner held until now must not be decided under an epoch from before that. */
    private static final String RAISE =
            "UPDATE shard_owners SET epoch = nextval('shard_epochs'), raised_from = $2 WHERE owner_id = $1 RETURNING epoch";

    private static Future<HoldShardsResponse> take(Query query, HoldShardsRequest request, long others) {
        Tuple owner = Tuple.of(request.getOwnerId());
        long most = request.getShares() ? Shard.fairShare(others + 1) : Shard.COUNT;
        return own(query, request)
                .compose(epoch -> query.execute(TAKE_FREE, Tuple.of(request.getOwnerId(), most))
                        .compose(taken -> taken.rowCount() == 0 || request.getEpoch() == 0
                                ? Future.succeededFuture(epoch)
                                : query.execute(RAISE, Tuple.of(request.getOwnerId(), request.getEpoch()))
                                        .map(ShardRepository::epoch)))
                .compose(epoch -> query.execute(SELECT_HELD, owner).map(rows -> response(epoch, rows)));
    }

    /**
     * What a process that begins finds under its name was lost by the one before it. Who goes on must still be an owner: one
     * that has given up since it was renewed is none any more, and must not become one again.
     */
    private static Future<Long> own(Query query, HoldShardsRequest request) {
        if (request.getEpoch() != 0) {
            return query.execute(RENEW, renewal(request)).map(ShardRepository::epoch);
        }
        Tuple owner = Tuple.of(request.getOwnerId());
        return query.execute(BECOME_OWNER, Tuple.of(request.getOwnerId(), request.getLeaseMs()))
                .map(ShardRepository::epoch)
                .compose(epoch -> request.getRetakes()
                        ? Future.succeededFuture(epoch)
                        : query.execute(TAKE_OWN, owner).map(epoch));
    }

    private static long epoch(RowSet<Row> owned) {
        for (Row row : owned) {
            return row.getLong(0);
        }
        throw Refusal.fenced();
    }

    private static HoldShardsResponse response(long epoch, RowSet<Row> held) {
        Row row = held.iterator().next();
        if (row.getLong(1) == 0) {
            // It gave up in between, and nobody else is there.
            throw Refusal.fenced();
        }
        HoldShardsResponse.Builder response = HoldShardsResponse.newBuilder()
                .setEpoch(epoch)
                .setFairShare(Shard.fairShare(row.getLong(1)))
                .setNow(ProtoTime.timestamp(row.getOffsetDateTime(3).toInstant()));
        for (Short shard : row.getArrayOfShorts(0)) {
            response.addShards(shard);
        }
        for (Short shard : row.getArrayOfShorts(2)) {
            response.addTroubledShards(shard);
        }
        return response.build();
    }

    private static final String REMOVE = "DELETE FROM shard_owners WHERE owner_id = $1";

    /** Else they would be its own again, should it come back. */
    private static final String FREE = "UPDATE shards SET owner_id = NULL WHERE owner_id = $1";

    Future<ReleaseShardsResponse> release(ReleaseShardsRequest request) {
        Tuple owner = Tuple.of(request.getOwnerId());
        return database.inTransaction(query -> query.execute(ONE_AT_A_TIME, Tuple.tuple())
                        .compose(alone -> query.execute(REMOVE, owner))
                        .compose(removed -> query.execute(FREE, owner)))
                .map(ReleaseShardsResponse.getDefaultInstance());
    }
}
