package io.ticktock.state;

import io.ticktock.proto.v1.BudgetSlice;
import io.ticktock.proto.v1.GrantBudgetRequest;
import io.ticktock.proto.v1.GrantBudgetResponse;
import io.ticktock.proto.v1.ListBudgetSlicesRequest;
import io.ticktock.proto.v1.ListBudgetSlicesResponse;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/**
 * Budgets of tenants, in slices: each guardrail is granted a part, of which it sets aside without asking again. Decisions
 * charge the slices, in their own transactions. What lies idle in a slice is taken back when there is nothing else left,
 * so that nothing is lost with the process that held it.
 */
final class BudgetRepository {

    /** What a budget's slices add up to: what was granted, and what of it is set aside or used. */
    private record Sums(long granted, long used) {}

    private final Database database;

    BudgetRepository(Database database) {
        this.database = database;
    }

    Future<GrantBudgetResponse> grant(GrantBudgetRequest request) {
        Checks.grant(request);
        return database.inTransaction(query -> lock(query, request)
                .compose(locked -> sums(query, request))
                .compose(sums -> makeRoom(query, request, sums))
                .compose(sums -> grant(query, request, sums))
                .compose(granted -> removeOld(query, request).map(granted)));
    }

    private static final String NOTE_BUDGET =
            "INSERT INTO tenant_budgets (tenant_id, budget) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    private static final String LOCK_BUDGET =
            "SELECT FROM tenant_budgets WHERE tenant_id = $1 AND budget = $2 FOR UPDATE";

    private static Future<?> lock(Query query, GrantBudgetRequest request) {
        Tuple budget = Tuple.of(request.getTenantId(), request.getBudget());
        return query.execute(NOTE_BUDGET, budget).compose(noted -> query.execute(LOCK_BUDGET, budget));
    }

    private static final String SELECT_SUMS = """
            SELECT coalesce(sum(granted + overdraft), 0)::bigint, coalesce(sum(reserved + spent), 0)::bigint
            FROM budget_slices WHERE tenant_id = $1 AND budget = $2 AND bucket >= $3
            """;

    private static Future<Sums> sums(Query query, GrantBudgetRequest request) {
        return query.execute(SELECT_SUMS, span(request)).map(rows -> {
            Row row = rows.iterator().next();
            return new Sums(row.getLong(0), row.getLong(1));
        });
    }

    /** In the order in which decisions lock them; the one of who asks as well, since it is granted more behind this. */
    private static final String LOCK_SLICES = """
            SELECT FROM budget_slices WHERE tenant_id = $1 AND budget = $2 AND bucket >= $3
            ORDER BY bucket, slice_id FOR NO KEY UPDATE
            """;

    /**
     * Who asks has nothing left of its own slice but what is about to be charged; unless the limit was lowered, and all
     * must give back.
     */
    private static final String TAKE_IDLE_BACK = """
            UPDATE budget_slices SET granted = reserved + spent - overdraft
            WHERE tenant_id = $1 AND budget = $2 AND bucket >= $3 AND granted > reserved + spent - overdraft
                AND ($6 OR NOT (bucket = $4 AND slice_id = $5))
            """;

    private static Future<Sums> makeRoom(Query query, GrantBudgetRequest request, Sums sums) {
        if (request.getLimit() - sums.granted >= request.getNeeded()) {
            return Future.succeededFuture(sums);
        }
        boolean isOverLimit = sums.granted > request.getLimit();
        Tuple parameters = span(request)
                .addOffsetDateTime(Stored.time(request.getBucket()))
                .addString(request.getSliceId())
                .addBoolean(isOverLimit);
        return query.execute(LOCK_SLICES, span(request))
                .compose(locked -> query.execute(TAKE_IDLE_BACK, parameters))
                .compose(taken -> sums(query, request));
    }

    private static final String ADD_TO_SLICE = """
            INSERT INTO budget_slices AS s (tenant_id, budget, bucket, slice_id, granted) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (tenant_id, budget, bucket, slice_id) DO UPDATE SET granted = s.granted + excluded.granted
            RETURNING tenant_id, budget, bucket, granted, reserved, spent - overdraft
            """;

    private static Future<GrantBudgetResponse> grant(Query query, GrantBudgetRequest request, Sums sums) {
        long left = request.getLimit() - sums.granted;
        long granted = left < request.getNeeded() ? 0 : Math.max(0, Math.min(left, request.getWanted()));
        Tuple slice = Tuple.of(
                request.getTenantId(),
                request.getBudget(),
                Stored.time(request.getBucket()),
                request.getSliceId(),
                granted);
        return query.execute(ADD_TO_SLICE, slice)
                .map(rows -> GrantBudgetResponse.newBuilder()
                        .setSlice(slices(rows).get(0))
                        .setUsed(sums.used)
                        .build());
    }

    /** Not at once: what was set aside at the end of the span may be charged a little later. */
    private static final String REMOVE_OLD = """
            DELETE FROM budget_slices
            WHERE tenant_id = $1 AND budget = $2 AND bucket < $3::timestamptz - interval '1 hour' AND reserved = 0
            """;

    private static Future<RowSet<Row>> removeOld(Query query, GrantBudgetRequest request) {
        return query.execute(REMOVE_OLD, span(request));
    }

    private static Tuple span(GrantBudgetRequest request) {
        return Tuple.of(request.getTenantId(), request.getBudget(), Stored.time(request.getFirstBucket()));
    }

    private static final String SELECT_SLICES = """
            SELECT tenant_id, budget, bucket, granted, reserved, spent - overdraft
            FROM budget_slices WHERE slice_id = $1 ORDER BY bucket DESC, tenant_id, budget LIMIT 10000
            """;

    Future<ListBudgetSlicesResponse> list(ListBudgetSlicesRequest request) {
        return database.query(SELECT_SLICES, Tuple.of(request.getSliceId()))
                .map(rows -> ListBudgetSlicesResponse.newBuilder()
                        .addAllSlices(slices(rows))
                        .build());
    }

    private static List<BudgetSlice> slices(RowSet<Row> rows) {
        List<BudgetSlice> slices = new ArrayList<>();
        for (Row row : rows) {
            slices.add(BudgetSlice.newBuilder()
                    .setTenantId(row.getString(0))
                    .setBudget(row.getString(1))
                    .setBucket(Stored.timestamp(row.getOffsetDateTime(2)))
                    .setGranted(row.getLong(3))
                    .setReserved(row.getLong(4))
                    .setSpent(row.getLong(5))
                    .build());
        }
        return slices;
    }
}
