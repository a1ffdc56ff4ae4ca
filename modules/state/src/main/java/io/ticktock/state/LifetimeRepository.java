package io.ticktock.state;

import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.DuePosition;
import io.ticktock.proto.v1.GetInputRequest;
import io.ticktock.proto.v1.GetInputResponse;
import io.ticktock.proto.v1.GetLifetimeRequest;
import io.ticktock.proto.v1.GetLifetimeResponse;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.ListDueRequest;
import io.ticktock.proto.v1.ListDueResponse;
import io.ticktock.proto.v1.ListEventsRequest;
import io.ticktock.proto.v1.ListEventsResponse;
import io.ticktock.proto.v1.ListLifetimesRequest;
import io.ticktock.proto.v1.ListLifetimesResponse;
import io.ticktock.proto.v1.ListRunnableRequest;
import io.ticktock.proto.v1.ListRunnableResponse;
import io.ticktock.proto.v1.LoadLifetimeRequest;
import io.ticktock.proto.v1.LoadLifetimeResponse;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.Signal;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Reads of lifetimes: for the planes by shard and id, for tenants what is theirs. */
final class LifetimeRepository {

    private final Database database;
    private final RecentlyWritten<LifetimeIdentity, Payload> recentInputs;

    LifetimeRepository(Database database, RecentlyWritten<LifetimeIdentity, Payload> recentInputs) {
        this.database = database;
        this.recentInputs = recentInputs;
    }

    private static final String EXISTS = "SELECT 1 FROM lifetimes WHERE tenant_id = $1 AND lifetime_id = $2";

    static Future<Void> requireExists(Query query, String tenantId, UUID lifetimeId) {
        return query.execute(EXISTS, Tuple.of(tenantId, lifetimeId))
                .compose(rows -> rows.size() > 0
                        ? Future.succeededFuture()
                        : Future.failedFuture(Refusal.noLifetime(lifetimeId)));
    }

    private static final int LOADED_EVENTS = 1_000;

    private static final String SELECT_HEAD =
            "SELECT head, quarantine FROM lifetimes WHERE tenant_id = $1 AND lifetime_id = $2";

    private static final String SELECT_EVENTS = """
            SELECT event FROM lifetime_events WHERE tenant_id = $1 AND lifetime_id = $2 AND seq > $3
            ORDER BY seq LIMIT $4
            """;

    private static final String SELECT_SIGNALS = """
            SELECT signal FROM signals WHERE tenant_id = $1 AND lifetime_id = $2
            ORDER BY created_at, signal_id LIMIT 1000
            """;

    /** The three statements travel together. */
    Future<LoadLifetimeResponse> load(LoadLifetimeRequest request) {
        LifetimeIdentity id = LifetimeIdentity.of(request.getTenantId(), request.getLifetimeId());
        Tuple key = Tuple.of(id.tenantId(), id.lifetimeId());
        Tuple page = Tuple.of(id.tenantId(), id.lifetimeId(), request.getAfterSeq(), LOADED_EVENTS);
        return database.onConnection(query -> {
            Future<RowSet<Row>> head = query.execute(SELECT_HEAD, key);
            Future<RowSet<Row>> events = query.execute(SELECT_EVENTS, page);
            Future<RowSet<Row>> signals = query.execute(SELECT_SIGNALS, key);
            return Future.all(head, events, signals)
                    .map(all -> loaded(head(id.lifetimeId(), head.result()), events.result(), signals.result()));
        });
    }

    private static LoadLifetimeResponse loaded(AgentLifetime head, RowSet<Row> events, RowSet<Row> signals) {
        LoadLifetimeResponse.Builder loaded =
                LoadLifetimeResponse.newBuilder().setLifetime(head).setMore(events.size() == LOADED_EVENTS);
        events.forEach(row -> loaded.addEvents(Stored.parse(LifetimeEvent.parser(), row.getBuffer(0))));
        signals.forEach(row -> loaded.addSignals(Stored.parse(Signal.parser(), row.getBuffer(0))));
        return loaded.build();
    }

    private static AgentLifetime head(UUID lifetimeId, RowSet<Row> rows) {
        for (Row row : rows) {
            return head(row);
        }
        throw Refusal.noLifetime(lifetimeId);
    }

    private static AgentLifetime head(Row row) {
        AgentLifetime head = Stored.parse(AgentLifetime.parser(), row.getBuffer(0));
        String quarantine = row.getString(1);
        return quarantine == null
                ? head
                : head.toBuilder().setQuarantine(quarantine).build();
    }

    private static final String SELECT_INPUT = "SELECT input FROM lifetimes WHERE tenant_id = $1 AND lifetime_id = $2";

    Future<GetInputResponse> input(GetInputRequest request) {
        LifetimeIdentity id = LifetimeIdentity.of(request.getTenantId(), request.getLifetimeId());
        Payload recent = recentInputs.get(id);
        if (recent != null) {
            return Future.succeededFuture(
                    GetInputResponse.newBuilder().setInput(recent).build());
        }
        return database.query(SELECT_INPUT, Tuple.of(id.tenantId(), id.lifetimeId()))
                .map(rows -> {
                    for (Row row : rows) {
                        Payload input = Stored.parse(Payload.parser(), row.getBuffer(0));
                        recentInputs.put(id, input);
                        return GetInputResponse.newBuilder().setInput(input).build();
                    }
                    throw Refusal.noLifetime(id.lifetimeId());
                });
    }

    private static final String SELECT_RUNNABLE = """
            SELECT tenant_id, lifetime_id FROM lifetimes
            WHERE status = 1 AND NOT parked AND (tenant_id, lifetime_id) > ($2, $3) AND shard = ANY ($1::smallint[])
                AND quarantine IS NULL
            ORDER BY tenant_id, lifetime_id
            LIMIT 1000
            """;

    Future<ListRunnableResponse> listRunnable(ListRunnableRequest request) {
        LifetimeKey after = request.getAfter();
        UUID afterId = request.hasAfter() ? Checks.lifetime(after.getLifetimeId()) : new UUID(0, 0);
        return database.query(SELECT_RUNNABLE, Tuple.of(shards(request.getShardsList()), after.getTenantId(), afterId))
                .map(rows -> {
                    ListRunnableResponse.Builder page = ListRunnableResponse.newBuilder();
                    rows.forEach(row -> page.addLifetimes(key(row)));
                    return page.build();
                });
    }

    private static final int DUE_A_PAGE = 500;

    /** The first ones of each shard, by its index: however many are due, only so many are looked at, and looked up. */
    private static final String SELECT_DUE = """
            SELECT tenant_id, lifetime_id, due_at FROM unnest($1::smallint[]) AS of (shard), LATERAL (
                (SELECT tenant_id, lifetime_id, due_at FROM timers t
                WHERE t.shard = of.shard AND due_at <= now() AND (due_at, tenant_id, lifetime_id) > ($2, $3, $4)
                    AND (SELECT quarantine FROM lifetimes l
                        WHERE l.tenant_id = t.tenant_id AND l.lifetime_id = t.lifetime_id) IS NULL
                ORDER BY due_at, tenant_id, lifetime_id LIMIT $5)
                UNION ALL
                (SELECT s.tenant_id, s.lifetime_id, s.created_at FROM signals s
                JOIN lifetimes l ON l.tenant_id = s.tenant_id AND l.lifetime_id = s.lifetime_id AND l.ended_at IS NULL
                    AND l.quarantine IS NULL
                WHERE s.shard = of.shard AND (s.created_at, s.tenant_id, s.lifetime_id) > ($2, $3, $4)
                ORDER BY s.created_at, s.tenant_id, s.lifetime_id LIMIT $5)
            ) AS due
            ORDER BY due_at, tenant_id, lifetime_id LIMIT $5
            """;

    private static final String SELECT_NEXT_DUE = """
            SELECT min(next.due_at) FROM unnest($1::smallint[]) AS of (shard),
            LATERAL (
                SELECT due_at FROM timers t WHERE t.shard = of.shard AND due_at > now() ORDER BY due_at LIMIT 1) AS next
            """;

    /** Earlier than all that is due. */
    private static final OffsetDateTime FIRST_TIME = OffsetDateTime.of(1, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    Future<ListDueResponse> listDue(ListDueRequest request) {
        Short[] shards = shards(request.getShardsList());
        DuePosition after = request.getAfter();
        LifetimeKey afterKey = after.getLifetime();
        Tuple page = request.hasAfter()
                ? Tuple.of(
                        shards,
                        Stored.time(after.getDueAt()),
                        afterKey.getTenantId(),
                        Checks.lifetime(afterKey.getLifetimeId()),
                        DUE_A_PAGE)
                : Tuple.of(shards, FIRST_TIME, "", new UUID(0, 0), DUE_A_PAGE);
        return database.onConnection(query -> {
            Future<RowSet<Row>> due = query.execute(SELECT_DUE, page);
            Future<RowSet<Row>> next = query.execute(SELECT_NEXT_DUE, Tuple.of(shards));
            return Future.all(due, next).map(all -> due(due.result(), next.result()));
        });
    }

    private static ListDueResponse due(RowSet<Row> due, RowSet<Row> next) {
        ListDueResponse.Builder response = ListDueResponse.newBuilder();
        Set<LifetimeKey> lifetimes = new LinkedHashSet<>();
        for (Row row : due) {
            lifetimes.add(key(row));
            if (due.size() == DUE_A_PAGE) {
                response.setNext(position(row));
            }
        }
        for (Row row : next) {
            if (row.getOffsetDateTime(0) != null) {
                response.setNextDueAt(Stored.timestamp(row.getOffsetDateTime(0)));
            }
        }
        return response.addAllLifetimes(lifetimes).build();
    }

    private static DuePosition position(Row row) {
        return DuePosition.newBuilder()
                .setDueAt(Stored.timestamp(row.getOffsetDateTime(2)))
                .setLifetime(key(row))
                .build();
    }

    private static LifetimeKey key(Row row) {
        return LifetimeKey.newBuilder()
                .setTenantId(row.getString(0))
                .setLifetimeId(row.getUUID(1).toString())
                .build();
    }

    private static Short[] shards(List<Integer> shards) {
        return shards.stream().map(Integer::shortValue).toArray(Short[]::new);
    }

    Future<GetLifetimeResponse> get(GetLifetimeRequest request) {
        LifetimeIdentity id = LifetimeIdentity.of(request.getTenantId(), request.getLifetimeId());
        return database.ofTenant(
                        id.tenantId(), query -> query.execute(SELECT_HEAD, Tuple.of(id.tenantId(), id.lifetimeId())))
                .map(rows -> GetLifetimeResponse.newBuilder()
                        .setLifetime(head(id.lifetimeId(), rows))
                        .build());
    }

    private static final String LIST = """
            SELECT head, quarantine FROM lifetimes
            WHERE tenant_id = $1 AND lifetime_id < $2 AND ($3 = '' OR graph_name = $3) AND ($4 = 0 OR status = $4)
                AND lifetime_id >= $6 AND lifetime_id < $7
            ORDER BY lifetime_id DESC
            LIMIT $5
            """;

    /** Goes through those that have one of the labels. */
    private static final String LIST_LABELLED = """
            SELECT l.head, l.quarantine
            FROM lifetime_labels one JOIN lifetimes l USING (tenant_id, lifetime_id)
            WHERE one.tenant_id = $1 AND one.name = ($8::text[])[1] AND one.value = ($9::text[])[1]
                AND one.lifetime_id < $2 AND one.lifetime_id >= $6 AND one.lifetime_id < $7
                AND ($3 = '' OR l.graph_name = $3) AND ($4 = 0 OR l.status = $4)
                AND NOT EXISTS (
                    SELECT FROM unnest($8::text[], $9::text[]) AS asked (name, value)
                    WHERE NOT EXISTS (
                        SELECT FROM lifetime_labels other
                        WHERE other.tenant_id = $1 AND other.name = asked.name AND other.value = asked.value
                            AND other.lifetime_id = one.lifetime_id))
            ORDER BY one.lifetime_id DESC
            LIMIT $5
            """;

    /** Newest first, since ids are in the order of time. */
    Future<ListLifetimesResponse> list(ListLifetimesRequest request) {
        LifetimeList list = LifetimeList.of(request);
        Tuple parameters = Tuple.of(
                request.getTenantId(),
                list.place(),
                request.getGraphName(),
                (short) request.getStatusValue(),
                list.size(),
                list.first(),
                list.end());
        if (request.getLabelsCount() > 0) {
            Map<String, String> labels = request.getLabelsMap();
            parameters.addArrayOfString(labels.keySet().toArray(String[]::new));
            parameters.addArrayOfString(labels.values().toArray(String[]::new));
        }
        String statement = request.getLabelsCount() > 0 ? LIST_LABELLED : LIST;
        return database.ofTenant(request.getTenantId(), query -> query.execute(statement, parameters))
                .map(rows -> list.page(heads(rows)));
    }

    private static List<AgentLifetime> heads(RowSet<Row> rows) {
        List<AgentLifetime> heads = new ArrayList<>();
        rows.forEach(row -> heads.add(head(row)));
        return heads;
    }

    Future<ListEventsResponse> listEvents(ListEventsRequest request) {
        LifetimeIdentity id = LifetimeIdentity.of(request.getTenantId(), request.getLifetimeId());
        int size = Pages.sizeOfEvents(request.getPageSize());
        Tuple parameters = Tuple.of(id.tenantId(), id.lifetimeId(), request.getAfterSeq(), size);
        return database.ofTenant(
                id.tenantId(),
                query -> query.execute(SELECT_EVENTS, parameters)
                        .compose(rows -> rows.size() > 0
                                ? Future.succeededFuture(events(rows))
                                : requireExists(query, id.tenantId(), id.lifetimeId())
                                        .map(exists -> ListEventsResponse.getDefaultInstance())));
    }

    private static ListEventsResponse events(RowSet<Row> rows) {
        ListEventsResponse.Builder page = ListEventsResponse.newBuilder();
        rows.forEach(row -> page.addEvents(Stored.parse(LifetimeEvent.parser(), row.getBuffer(0))));
        return page.build();
    }
}
