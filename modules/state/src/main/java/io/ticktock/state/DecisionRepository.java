package io.ticktock.state;

import io.ticktock.proto.v1.AppendDecisionRequest;
import io.ticktock.proto.v1.AppendDecisionResponse;
import io.ticktock.proto.v1.Fence;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Signal;
import io.ticktock.state.GroupCommit.Pending;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The decisions of the control plane: each with its events, head row, timer, signals, questions to people and work for
 * workers in one transaction, and only while the fence holds.
 */
final class DecisionRepository {

    private record Append(String tenantId, UUID lifetimeId, Fence fence, LifetimeDecision decision) {

        LifetimeIdentity lifetime() {
            return new LifetimeIdentity(tenantId, lifetimeId);
        }

        /** Most decisions are: those without need the small statement only. */
        boolean isEventsOnly() {
            return !decision.hasHead()
                    && decision.getEventsCount() > 0
                    && decision.getConsumedSignalIdsCount() == 0
                    && decision.getOutgoingSignalsCount() == 0
                    && decision.getAskedQuestionsCount() == 0
                    && decision.getClosedQuestionExecIdsCount() == 0
                    && decision.getBegunWorkCount() == 0
                    && decision.getEndedWorkExecIdsCount() == 0
                    && decision.getChargesCount() == 0;
        }
    }

    private record EventKey(String tenantId, UUID lifetimeId, long seq) {}

    private enum Written {
        NO,
        YES,
        OTHERS
    }

    private final Lane lane;
    private final BlobReferenceRepository blobs;
    private final StoredBytes stored;
    private final GroupCommit<Append, AppendDecisionResponse> appends;

    DecisionRepository(
            Vertx vertx,
            Database database,
            GroupCommit.Limits limits,
            BlobReferenceRepository blobs,
            StoredBytes stored,
            StateMeters meters) {
        this.lane = database.lane();
        this.blobs = blobs;
        this.stored = stored;
        this.appends = new GroupCommit<>(vertx, "decisions", limits, meters, this::write);
    }

    Future<AppendDecisionResponse> append(AppendDecisionRequest request) {
        LifetimeDecision decision = request.getDecision();
        Append append = new Append(
                Checks.tenant(decision.getTenantId()),
                Checks.lifetime(decision.getLifetimeId()),
                request.getFence(),
                decision);
        int sizeBytes = decision.getSerializedSize();
        return appends.submit(append.tenantId, append, sizeBytes)
                .onSuccess(appended -> stored.add(append.tenantId, sizeBytes));
    }

    Future<Void> connect() {
        return lane.connect();
    }

    Future<Void> close() {
        return appends.close().eventually(lane::close);
    }

    static BlobReferenceRepository.Uses uses(LifetimeDecision decision, BlobReferenceRepository.Uses uses) {
        for (LifetimeEvent event : decision.getEventsList()) {
            uses.add(decision.getTenantId(), BlobUris.of(event));
        }
        for (Signal signal : decision.getOutgoingSignalsList()) {
            uses.add(signal.getTenantId(), BlobUris.of(signal));
        }
        return uses;
    }

    private Future<Void> write(List<Pending<Append, AppendDecisionResponse>> rows) {
        Map<Fence, List<Pending<Append, AppendDecisionResponse>>> byFence = new LinkedHashMap<>();
        rows.forEach(row -> byFence.computeIfAbsent(row.row().fence, fence -> new ArrayList<>())
                .add(row));
        Future<Void> written = Future.succeededFuture();
        for (var fenced : byFence.entrySet()) {
            written = written.compose(before -> write(fenced.getKey(), fenced.getValue()));
        }
        return written;
    }

    private Future<Void> write(Fence fence, List<Pending<Append, AppendDecisionResponse>> rows) {
        BlobReferenceRepository.Uses uses = new BlobReferenceRepository.Uses();
        rows.forEach(row -> uses(row.row().decision, uses));
        boolean eventsOnly = rows.stream().allMatch(row -> row.row().isEventsOnly());
        return blobs.add(lane, uses)
                .compose(referenced -> eventsOnly ? insertEvents(fence, rows) : insertAll(fence, rows))
                .compose(held -> {
                    rows.forEach(row -> complete(row, held));
                    return Future.<Void>succeededFuture();
                })
                .recover(cause -> DatabaseFault.isUniqueViolation(cause)
                        ? resolve(fence, rows, cause)
                        : Future.failedFuture(cause));
    }

    private static void complete(Pending<Append, AppendDecisionResponse> row, boolean held) {
        if (held) {
            row.complete(AppendDecisionResponse.getDefaultInstance());
        } else {
            row.fail(Refusal.fenced());
        }
    }

    private static final String INSERT_EVENTS = """
            WITH fence AS MATERIALIZED (
                SELECT epoch FROM shard_owners WHERE owner_id = $1 AND epoch = $2 FOR SHARE)
            INSERT INTO lifetime_events (tenant_id, lifetime_id, seq, epoch, event, batch)
            SELECT e.tenant_id, e.lifetime_id, e.seq, fence.epoch, e.event, %s
            FROM fence, unnest($3::text[], $4::uuid[], $5::bigint[], $6::bytea[])
                AS e (tenant_id, lifetime_id, seq, event)
            """.formatted(EventOrder.BATCH);

    private Future<Boolean> insertEvents(Fence fence, List<Pending<Append, AppendDecisionResponse>> rows) {
        List<Object> parameters = parameters(fence);
        events(rows).addTo(parameters);
        return lane.execute(INSERT_EVENTS, Tuple.wrap(parameters)).map(inserted -> inserted.rowCount() > 0);
    }

    /** A signal to a lifetime that has ended is dropped: nobody would ever answer it. */
    private static final String INSERT_ALL = """
            WITH fence AS MATERIALIZED (
                SELECT epoch FROM shard_owners WHERE owner_id = $1 AND epoch = $2 FOR SHARE),
            logged AS (
                INSERT INTO lifetime_events (tenant_id, lifetime_id, seq, epoch, event, batch)
                SELECT e.tenant_id, e.lifetime_id, e.seq, fence.epoch, e.event, %s
                FROM fence, unnest($3::text[], $4::uuid[], $5::bigint[], $6::bytea[])
                    AS e (tenant_id, lifetime_id, seq, event)),
            head AS MATERIALIZED (
                SELECT h.*
                FROM fence, unnest($7::text[], $8::uuid[], $9::smallint[], $10::smallint[], $11::boolean[],
                        $12::bigint[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::bytea[])
                    AS h (tenant_id, lifetime_id, shard, status, parked, last_seq, updated_at, ended_at, wake_at, head)),
            changed AS (
                UPDATE lifetimes l
                SET status = h.status, parked = h.parked, last_seq = h.last_seq, updated_at = h.updated_at,
                    ended_at = h.ended_at, head = h.head
                FROM head h
                WHERE l.tenant_id = h.tenant_id AND l.lifetime_id = h.lifetime_id AND l.last_seq <= h.last_seq
                RETURNING h.tenant_id, h.lifetime_id, h.shard, h.wake_at),
            woken AS (
                DELETE FROM timers t USING changed c
                WHERE t.tenant_id = c.tenant_id AND t.lifetime_id = c.lifetime_id AND c.wake_at IS NULL),
            slept AS (
                INSERT INTO timers (tenant_id, lifetime_id, shard, due_at)
                SELECT tenant_id, lifetime_id, shard, wake_at FROM changed WHERE wake_at IS NOT NULL
                ON CONFLICT (tenant_id, lifetime_id) DO UPDATE SET due_at = excluded.due_at),
            emptied AS (
                DELETE FROM signals s USING head h
                WHERE s.tenant_id = h.tenant_id AND s.lifetime_id = h.lifetime_id AND h.ended_at IS NOT NULL),
            consumed AS (
                DELETE FROM signals s
                USING fence, unnest($17::text[], $18::uuid[], $19::text[]) AS c (tenant_id, lifetime_id, signal_id)
                WHERE s.tenant_id = c.tenant_id AND s.lifetime_id = c.lifetime_id AND s.signal_id = c.signal_id),
            sent AS (
                INSERT INTO signals (tenant_id, lifetime_id, signal_id, shard, signal)
                SELECT o.*
                FROM fence, unnest($20::text[], $21::uuid[], $22::text[], $23::smallint[], $24::bytea[])
                    AS o (tenant_id, lifetime_id, signal_id, shard, signal)
                WHERE NOT EXISTS (
                    SELECT FROM lifetimes l
                    WHERE l.tenant_id = o.tenant_id AND l.lifetime_id = o.lifetime_id AND l.ended_at IS NOT NULL)
                AND NOT EXISTS (
                    SELECT FROM head h
                    WHERE h.tenant_id = o.tenant_id AND h.lifetime_id = o.lifetime_id AND h.ended_at IS NOT NULL)
                ON CONFLICT DO NOTHING),
            charge AS (
                SELECT x.*
                FROM fence, unnest($25::text[], $26::uuid[], $27::text[], $28::timestamptz[], $29::text[],
                        $30::bigint[], $31::bigint[], $32::bigint[])
                    AS x (tenant_id, lifetime_id, budget, bucket, slice_id, reserved, spent, overdraft)),
            asked AS (
                INSERT INTO human_tasks (tenant_id, exec_id, lifetime_id, seq, node_id, asked_at, closed_at)
                SELECT q.tenant_id, q.exec_id, q.lifetime_id, q.seq, q.node_id, q.asked_at,
                    CASE WHEN q.is_closed THEN now() END
                FROM fence, unnest($33::text[], $34::uuid[], $35::uuid[], $36::bigint[], $37::text[],
                        $38::timestamptz[], $39::boolean[])
                    AS q (tenant_id, exec_id, lifetime_id, seq, node_id, asked_at, is_closed)
                ON CONFLICT (tenant_id, exec_id) DO UPDATE
                SET seq = excluded.seq, asked_at = excluded.asked_at, closed_at = excluded.closed_at,
                    claimed_by = NULL, claimed_until = NULL),
            closed AS (
                UPDATE human_tasks h SET closed_at = now()
                FROM fence, unnest($40::text[], $41::uuid[], $42::uuid[]) AS q (tenant_id, exec_id, lifetime_id)
                WHERE h.tenant_id = q.tenant_id AND h.exec_id = q.exec_id AND h.lifetime_id = q.lifetime_id),
            offered AS (
                INSERT INTO waiting_work (tenant_id, exec_id, lifetime_id, task_type, since)
                SELECT w.*
                FROM fence, unnest($43::text[], $44::uuid[], $45::uuid[], $46::text[], $47::timestamptz[])
                    AS w (tenant_id, exec_id, lifetime_id, task_type, since)
                ON CONFLICT (tenant_id, exec_id) DO UPDATE SET since = excluded.since),
            taken AS (
                DELETE FROM waiting_work w
                USING fence, unnest($48::text[], $49::uuid[]) AS t (tenant_id, exec_id)
                WHERE w.tenant_id = t.tenant_id AND w.exec_id = t.exec_id),
            %s
            SELECT epoch FROM fence
            """.formatted(EventOrder.BATCH, ChargeColumns.CHARGE_SLICES);

    private Future<Boolean> insertAll(Fence fence, List<Pending<Append, AppendDecisionResponse>> rows) {
        List<Object> parameters = parameters(fence);
        events(rows).addTo(parameters);
        heads(rows).addTo(parameters);
        addConsumed(rows, parameters);
        sent(rows).addTo(parameters);
        charges(rows).addTo(parameters);
        questions(rows).addTo(parameters);
        work(rows).addTo(parameters);
        return lane.execute(INSERT_ALL, Tuple.wrap(parameters)).map(held -> held.size() > 0);
    }

    private static List<Object> parameters(Fence fence) {
        List<Object> parameters = new ArrayList<>(49);
        parameters.add(fence.getOwnerId());
        parameters.add(fence.getEpoch());
        return parameters;
    }

    private static EventColumns events(List<Pending<Append, AppendDecisionResponse>> rows) {
        EventColumns events = new EventColumns();
        rows.forEach(row -> events.add(
                row.row().tenantId, row.row().lifetimeId, row.row().decision.getEventsList()));
        return events;
    }

    /** One statement can change a row once: of a lifetime's heads the latest. */
    private static HeadColumns heads(List<Pending<Append, AppendDecisionResponse>> rows) {
        Map<LifetimeIdentity, Append> latest = new LinkedHashMap<>();
        for (Pending<Append, AppendDecisionResponse> row : rows) {
            if (row.row().decision.hasHead()) {
                latest.merge(row.row().lifetime(), row.row(), DecisionRepository::later);
            }
        }
        HeadColumns heads = new HeadColumns();
        latest.values().forEach(append -> heads.add(append.tenantId, append.lifetimeId, append.decision));
        return heads;
    }

    private static Append later(Append one, Append other) {
        return one.decision.getHead().getLastSeq() > other.decision.getHead().getLastSeq() ? one : other;
    }

    private static void addConsumed(List<Pending<Append, AppendDecisionResponse>> rows, List<Object> parameters) {
        List<String> tenants = new ArrayList<>();
        List<UUID> lifetimes = new ArrayList<>();
        List<String> signals = new ArrayList<>();
        for (Pending<Append, AppendDecisionResponse> row : rows) {
            for (String signalId : row.row().decision.getConsumedSignalIdsList()) {
                tenants.add(row.row().tenantId);
                lifetimes.add(row.row().lifetimeId);
                signals.add(signalId);
            }
        }
        parameters.add(tenants.toArray(String[]::new));
        parameters.add(lifetimes.toArray(UUID[]::new));
        parameters.add(signals.toArray(String[]::new));
    }

    private static SignalColumns sent(List<Pending<Append, AppendDecisionResponse>> rows) {
        SignalColumns sent = new SignalColumns();
        rows.forEach(row -> row.row().decision.getOutgoingSignalsList().forEach(sent::add));
        return sent;
    }

    private static ChargeColumns charges(List<Pending<Append, AppendDecisionResponse>> rows) {
        ChargeColumns charges = new ChargeColumns();
        rows.forEach(row -> charges.add(row.row().lifetime(), row.row().decision.getChargesList()));
        return charges;
    }

    private static QuestionColumns questions(List<Pending<Append, AppendDecisionResponse>> rows) {
        QuestionColumns questions = new QuestionColumns();
        rows.forEach(row -> questions.add(row.row().lifetime(), row.row().decision));
        return questions;
    }

    private static WorkColumns work(List<Pending<Append, AppendDecisionResponse>> rows) {
        WorkColumns work = new WorkColumns();
        rows.forEach(row -> work.add(row.row().lifetime(), row.row().decision));
        return work;
    }

    private static final String SELECT_EVENTS = """
            SELECT e.tenant_id, e.lifetime_id, e.seq, e.event
            FROM unnest($1::text[], $2::uuid[], $3::bigint[]) AS k (tenant_id, lifetime_id, seq)
            JOIN lifetime_events e USING (tenant_id, lifetime_id, seq)
            """;

    /** Some sequence numbers are taken: by an earlier try whose reply was lost, or by another's decision. */
    private Future<Void> resolve(Fence fence, List<Pending<Append, AppendDecisionResponse>> rows, Throwable violation) {
        List<Object> parameters = new ArrayList<>();
        events(rows).addTo(parameters);
        return lane.execute(SELECT_EVENTS, Tuple.wrap(parameters.subList(0, 3)))
                .map(DecisionRepository::byKey)
                .compose(stored -> {
                    List<Pending<Append, AppendDecisionResponse>> open = rows.stream()
                            .filter(row -> !isResolved(row, stored))
                            .toList();
                    if (open.isEmpty()) {
                        return Future.succeededFuture();
                    }
                    return open.size() < rows.size() ? write(fence, open) : Future.failedFuture(violation);
                });
    }

    private static boolean isResolved(
            Pending<Append, AppendDecisionResponse> row, Map<EventKey, LifetimeEvent> stored) {
        return switch (written(row.row(), stored)) {
            case NO -> false;
            case YES -> {
                row.complete(AppendDecisionResponse.getDefaultInstance());
                yield true;
            }
            case OTHERS -> {
                row.fail(Refusal.otherEvents(row.row().lifetimeId));
                yield true;
            }
        };
    }

    private static Written written(Append append, Map<EventKey, LifetimeEvent> stored) {
        int same = 0;
        for (LifetimeEvent event : append.decision.getEventsList()) {
            LifetimeEvent there = stored.get(new EventKey(append.tenantId, append.lifetimeId, event.getSeq()));
            if (there != null && !there.equals(event)) {
                return Written.OTHERS;
            }
            same += there == null ? 0 : 1;
        }
        if (same == 0) {
            return Written.NO;
        }
        return same == append.decision.getEventsCount() ? Written.YES : Written.OTHERS;
    }

    private static Map<EventKey, LifetimeEvent> byKey(RowSet<Row> rows) {
        Map<EventKey, LifetimeEvent> stored = new HashMap<>();
        for (Row row : rows) {
            EventKey key = new EventKey(row.getString(0), row.getUUID(1), row.getLong(2));
            stored.put(key, Stored.parse(LifetimeEvent.parser(), row.getBuffer(3)));
        }
        return stored;
    }
}
