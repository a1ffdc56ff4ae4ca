package io.ticktock.state;

import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.CreateLifetimeRequest;
import io.ticktock.proto.v1.CreateLifetimeResponse;
import io.ticktock.proto.v1.Fence;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.StartFingerprint;
import io.ticktock.state.GroupCommit.Pending;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** New lifetimes: head row, input and first events in one transaction, once per id and per idempotency key. */
final class StartRepository {

    private record Start(LifetimeIdentity key, CreateLifetimeRequest request) {
        LifetimeDecision decision() {
            return request.getDecision();
        }
    }

    private final Lane lane;
    private final BlobReferenceRepository blobs;
    private final StoredBytes stored;
    private final RecentlyWritten<LifetimeIdentity, Payload> recentInputs;
    private final GroupCommit<Start, CreateLifetimeResponse> starts;

    StartRepository(
            Vertx vertx,
            Database database,
            GroupCommit.Limits limits,
            RecentlyWritten<LifetimeIdentity, Payload> recentInputs,
            BlobReferenceRepository blobs,
            StoredBytes stored,
            StateMeters meters) {
        this.lane = database.lane();
        this.blobs = blobs;
        this.stored = stored;
        this.recentInputs = recentInputs;
        this.starts = new GroupCommit<>(vertx, "new lifetimes", limits, meters, this::write);
    }

    Future<CreateLifetimeResponse> create(CreateLifetimeRequest request) {
        LifetimeDecision decision = request.getDecision();
        LifetimeIdentity key = LifetimeIdentity.of(decision.getTenantId(), decision.getLifetimeId());
        Checks.start(decision);
        Checks.lineage(request.getLineageList());
        Checks.text("idempotency_key", request.getIdempotencyKey());
        decision.getHead().getLabelsMap().forEach((name, value) -> Checks.text(name, value));
        int sizeBytes = request.getSerializedSize();
        return starts.submit(key.tenantId(), new Start(key, request), sizeBytes)
                .onSuccess(response -> stored.add(key.tenantId(), response.getCreated() ? sizeBytes : 0));
    }

    Future<Void> connect() {
        return lane.connect();
    }

    Future<Void> close() {
        return starts.close().eventually(lane::close);
    }

    private Future<Void> write(List<Pending<Start, CreateLifetimeResponse>> rows) {
        Map<Fence, List<Pending<Start, CreateLifetimeResponse>>> byFence = new LinkedHashMap<>();
        rows.forEach(row -> byFence.computeIfAbsent(row.row().request.getFence(), fence -> new ArrayList<>())
                .add(row));
        Future<Void> written = Future.succeededFuture();
        for (var fenced : byFence.entrySet()) {
            written = written.compose(before -> write(fenced.getKey(), fenced.getValue()));
        }
        return written;
    }

    private Future<Void> write(Fence fence, List<Pending<Start, CreateLifetimeResponse>> rows) {
        return blobs.add(lane, uses(rows))
                .compose(referenced -> lane.execute(INSERT, parameters(fence, rows)))
                .compose(inserted -> {
                    if (inserted.size() == 0) {
                        rows.forEach(row -> row.fail(Refusal.fenced()));
                        return Future.succeededFuture();
                    }
                    return completeCreated(rows, inserted);
                });
    }

    private static BlobReferenceRepository.Uses uses(List<Pending<Start, CreateLifetimeResponse>> rows) {
        BlobReferenceRepository.Uses uses = new BlobReferenceRepository.Uses();
        for (Pending<Start, CreateLifetimeResponse> row : rows) {
            uses.add(row.row().key.tenantId(), BlobUris.of(row.row().request.getInput()));
            DecisionRepository.uses(row.row().decision(), uses);
        }
        return uses;
    }

    private static final String INSERT = """
            WITH fence AS MATERIALIZED (
                SELECT epoch FROM shard_owners WHERE owner_id = $1 AND epoch = $2 FOR SHARE),
            created AS (
                INSERT INTO lifetimes (
                    tenant_id, lifetime_id, shard, status, parked, last_seq, created_at, updated_at, graph_name,
                    graph_version, idempotency_key, head, input, lineage, ended_at, fingerprint)
                -- An array of arrays cannot be unnested by one dimension: a lineage comes as text.
                SELECT h.tenant_id, h.lifetime_id, h.shard, h.status, h.parked, h.last_seq, h.created_at, h.updated_at,
                    h.graph_name, h.graph_version, h.idempotency_key, h.head, h.input, h.lineage::uuid[], h.ended_at,
                    h.fingerprint
                FROM fence, unnest($3::text[], $4::uuid[], $5::smallint[], $6::smallint[], $7::boolean[], $8::bigint[],
                        $9::timestamptz[], $10::timestamptz[], $11::text[], $12::text[], $13::text[], $14::bytea[],
                        $15::bytea[], $16::text[], $17::timestamptz[], $34::bytea[])
                    AS h (tenant_id, lifetime_id, shard, status, parked, last_seq, created_at, updated_at, graph_name,
                        graph_version, idempotency_key, head, input, lineage, ended_at, fingerprint)
                ON CONFLICT DO NOTHING
                RETURNING tenant_id, lifetime_id),
            logged AS (
                INSERT INTO lifetime_events (tenant_id, lifetime_id, seq, epoch, event, batch)
                SELECT e.tenant_id, e.lifetime_id, e.seq, fence.epoch, e.event, %s
                FROM fence, unnest($18::text[], $19::uuid[], $20::bigint[], $21::bytea[])
                    AS e (tenant_id, lifetime_id, seq, event)
                -- IS TRUE keeps this a hashed subplan: a join could only be a nested loop here.
                WHERE ((e.tenant_id, e.lifetime_id) IN (SELECT tenant_id, lifetime_id FROM created)) IS TRUE),
            charge AS (
                SELECT x.*
                FROM fence, unnest($22::text[], $23::uuid[], $24::text[], $25::timestamptz[], $26::text[],
                        $27::bigint[], $28::bigint[], $29::bigint[])
                    AS x (tenant_id, lifetime_id, budget, bucket, slice_id, reserved, spent, overdraft)
                WHERE ((x.tenant_id, x.lifetime_id) IN (SELECT tenant_id, lifetime_id FROM created)) IS TRUE),
            labelled AS (
                INSERT INTO lifetime_labels (tenant_id, lifetime_id, name, value)
                SELECT x.tenant_id, x.lifetime_id, x.name, x.value
                FROM fence, unnest($30::text[], $31::uuid[], $32::text[], $33::text[])
                    AS x (tenant_id, lifetime_id, name, value)
                WHERE ((x.tenant_id, x.lifetime_id) IN (SELECT tenant_id, lifetime_id FROM created)) IS TRUE
                ON CONFLICT DO NOTHING),
            %s
            SELECT created.tenant_id, created.lifetime_id FROM fence LEFT JOIN created ON true
            """.formatted(EventOrder.BATCH, ChargeColumns.CHARGE_SLICES);

    private static Tuple parameters(Fence fence, List<Pending<Start, CreateLifetimeResponse>> rows) {
        int count = rows.size();
        String[] tenants = new String[count];
        UUID[] lifetimes = new UUID[count];
        Short[] shards = new Short[count];
        Short[] statuses = new Short[count];
        Boolean[] parked = new Boolean[count];
        Long[] lastSeqs = new Long[count];
        OffsetDateTime[] created = new OffsetDateTime[count];
        OffsetDateTime[] updated = new OffsetDateTime[count];
        String[] graphs = new String[count];
        String[] versions = new String[count];
        String[] idempotencyKeys = new String[count];
        Buffer[] heads = new Buffer[count];
        Buffer[] inputs = new Buffer[count];
        String[] lineages = new String[count];
        Buffer[] fingerprints = new Buffer[count];
        OffsetDateTime[] ended = new OffsetDateTime[count];
        EventColumns events = new EventColumns();
        ChargeColumns charges = new ChargeColumns();
        LabelColumns labels = new LabelColumns();
        for (int i = 0; i < count; i++) {
            Start start = rows.get(i).row();
            AgentLifetime head = start.decision().getHead();
            String idempotencyKey = start.request.getIdempotencyKey();
            tenants[i] = start.key.tenantId();
            lifetimes[i] = start.key.lifetimeId();
            shards[i] = (short) Shard.of(start.key.lifetimeId()).number();
            statuses[i] = (short) head.getStatusValue();
            parked[i] = head.getParked();
            lastSeqs[i] = head.getLastSeq();
            created[i] = Stored.time(head.getCreatedAt());
            updated[i] = Stored.time(head.getUpdatedAt());
            graphs[i] = head.getGraph().getName();
            versions[i] = head.getGraph().getVersion();
            idempotencyKeys[i] = idempotencyKey.isEmpty() ? null : idempotencyKey;
            heads[i] = Stored.bytes(head);
            inputs[i] = Stored.bytes(start.request.getInput());
            fingerprints[i] = start.request.hasFingerprint() ? Stored.bytes(start.request.getFingerprint()) : null;
            ended[i] = head.hasEndedAt() ? Stored.time(head.getEndedAt()) : null;
            lineages[i] = "{" + String.join(",", start.request.getLineageList()) + "}";
            events.add(
                    start.key.tenantId(),
                    start.key.lifetimeId(),
                    start.decision().getEventsList());
            charges.add(start.key, start.decision().getChargesList());
            labels.add(start.key, head.getLabelsMap());
        }
        List<Object> parameters = new ArrayList<>(List.of(
                fence.getOwnerId(),
                fence.getEpoch(),
                tenants,
                lifetimes,
                shards,
                statuses,
                parked,
                lastSeqs,
                created,
                updated,
                graphs,
                versions,
                idempotencyKeys,
                heads,
                inputs,
                lineages,
                ended));
        events.addTo(parameters);
        charges.addTo(parameters);
        labels.addTo(parameters);
        parameters.add(fingerprints);
        return Tuple.wrap(parameters);
    }

    private Future<Void> completeCreated(List<Pending<Start, CreateLifetimeResponse>> rows, RowSet<Row> inserted) {
        Set<LifetimeIdentity> created = new HashSet<>();
        for (Row row : inserted) {
            if (row.getUUID(1) != null) {
                created.add(new LifetimeIdentity(row.getString(0), row.getUUID(1)));
            }
        }
        List<Pending<Start, CreateLifetimeResponse>> others = new ArrayList<>();
        for (Pending<Start, CreateLifetimeResponse> row : rows) {
            // Removed, so that of two with the same id in one flush the second is compared with the first.
            if (created.remove(row.row().key)) {
                recentInputs.put(row.row().key, row.row().request.getInput());
                row.complete(response(row.row().key.lifetimeId(), true));
            } else {
                others.add(row);
            }
        }
        return others.isEmpty() ? Future.succeededFuture() : resolve(others);
    }

    private static final String SELECT_EARLIER = """
            SELECT k.place, l.lifetime_id, e.event, l.fingerprint
            FROM unnest($1::integer[], $2::text[], $3::uuid[], $4::text[])
                AS k (place, tenant_id, lifetime_id, idempotency_key)
            JOIN lifetimes l ON l.tenant_id = k.tenant_id
                AND (l.lifetime_id = k.lifetime_id OR l.idempotency_key = k.idempotency_key)
            LEFT JOIN lifetime_events e
                ON e.tenant_id = l.tenant_id AND e.lifetime_id = l.lifetime_id AND e.seq = 1
            ORDER BY k.place, l.lifetime_id = k.lifetime_id
            """;

    /** Answers with the earlier lifetime; when it begins as this one does, an earlier try of this one created it. */
    private Future<Void> resolve(List<Pending<Start, CreateLifetimeResponse>> rows) {
        Integer[] places = new Integer[rows.size()];
        String[] tenants = new String[rows.size()];
        UUID[] lifetimes = new UUID[rows.size()];
        String[] idempotencyKeys = new String[rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            Start start = rows.get(i).row();
            String idempotencyKey = start.request.getIdempotencyKey();
            places[i] = i;
            tenants[i] = start.key.tenantId();
            lifetimes[i] = start.key.lifetimeId();
            idempotencyKeys[i] = idempotencyKey.isEmpty() ? null : idempotencyKey;
        }
        return lane.execute(SELECT_EARLIER, Tuple.of(places, tenants, lifetimes, idempotencyKeys))
                .map(earlier -> {
                    for (Row row : earlier) {
                        completeEarlier(rows.get(row.getInteger(0)), row);
                    }
                    return null;
                });
    }

    private static void completeEarlier(Pending<Start, CreateLifetimeResponse> row, Row earlier) {
        UUID lifetimeId = earlier.getUUID(1);
        Buffer event = earlier.getBuffer(2);
        LifetimeEvent first = row.row().decision().getEvents(0);
        boolean isThis = lifetimeId.equals(row.row().key.lifetimeId())
                && event != null
                && Stored.parse(LifetimeEvent.parser(), event).equals(first);
        CreateLifetimeResponse.Builder response = response(lifetimeId, isThis).toBuilder();
        Buffer fingerprint = earlier.getBuffer(3);
        if (!isThis && fingerprint != null) {
            response.addAllDifferingFields(Fingerprints.differing(
                    Stored.parse(StartFingerprint.parser(), fingerprint),
                    row.row().request.getFingerprint()));
        }
        row.complete(response.build());
    }

    private static CreateLifetimeResponse response(UUID lifetimeId, boolean created) {
        return CreateLifetimeResponse.newBuilder()
                .setLifetimeId(lifetimeId.toString())
                .setCreated(created)
                .build();
    }
}
