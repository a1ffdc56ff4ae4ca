package io.ticktock.testkit;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GetSpendRequest;
import io.ticktock.proto.v1.GetSpendResponse;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.SpendRow;
import io.ticktock.state.Checks;
import io.ticktock.state.LifetimeIdentity;
import io.ticktock.state.RecordKey;
import java.math.BigInteger;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What was spent, and when. Guarded by its store. */
final class InMemorySpend {

    private static final int MOST_ROWS = 10_000;

    private static final Comparator<SpendRow> ORDER = Comparator.comparing(
                    (SpendRow row) -> new BigInteger(row.getCostMicros()))
            .thenComparing(row -> new BigInteger(row.getTokensUsed()))
            .thenComparing(SpendRow::getExecutions)
            .reversed()
            .thenComparing(SpendRow::getTenantId)
            .thenComparing(SpendRow::getGraphName)
            .thenComparing(SpendRow::getGraphVersion)
            .thenComparing(SpendRow::getNodeId);

    private record Spent(RecordKey key, ExecutionReference record, Instant at) {}

    private final InstantSource clock;
    private final List<Spent> all = new ArrayList<>();

    InMemorySpend(InstantSource clock) {
        this.clock = clock;
    }

    void add(RecordKey key, ExecutionReference record) {
        all.add(new Spent(key, record, clock.instant()));
    }

    GetSpendResponse get(GetSpendRequest request, Function<LifetimeIdentity, GraphReference> graphs) {
        Checks.timeSpan(request.getSince(), request.getUntil());
        Map<SpendRow, SpendRow> groups = new HashMap<>();
        SpendRow total =
                SpendRow.newBuilder().setTokensUsed("0").setCostMicros("0").build();
        for (Spent spent : all) {
            GraphReference graph = graphs.apply(new LifetimeIdentity(spent.key.tenantId(), spent.key.lifetimeId()));
            if (isMeant(spent, graph, request)) {
                groups.merge(group(spent, graph, request), one(spent), InMemorySpend::sum);
                total = sum(total, one(spent));
            }
        }
        List<SpendRow> rows = groups.entrySet().stream()
                .map(group ->
                        group.getKey().toBuilder().mergeFrom(group.getValue()).build())
                .sorted(ORDER)
                .toList();
        return GetSpendResponse.newBuilder()
                .addAllRows(rows.subList(0, Math.min(rows.size(), MOST_ROWS)))
                .setTotal(total)
                .setMore(rows.size() > MOST_ROWS)
                .build();
    }

    private static boolean isMeant(Spent spent, GraphReference graph, GetSpendRequest request) {
        boolean isOfTenant =
                request.getTenantId().isEmpty() || request.getTenantId().equals(spent.key.tenantId());
        boolean isOfGraph =
                request.getGraphName().isEmpty() || request.getGraphName().equals(graph.getName());
        boolean isLater = !request.hasSince() || !spent.at.isBefore(ProtoTime.instant(request.getSince()));
        boolean isEarlier = !request.hasUntil() || spent.at.isBefore(ProtoTime.instant(request.getUntil()));
        return isOfTenant && isOfGraph && isLater && isEarlier;
    }

    private static SpendRow group(Spent spent, GraphReference graph, GetSpendRequest request) {
        SpendRow.Builder group = SpendRow.newBuilder().setTenantId(spent.key.tenantId());
        return switch (request.getBy()) {
            case SPEND_GROUPING_UNSPECIFIED, SPEND_GROUPING_TENANT, UNRECOGNIZED -> group.build();
            case SPEND_GROUPING_GRAPH -> group.setGraphName(graph.getName()).build();
            case SPEND_GROUPING_VERSION ->
                group.setGraphName(graph.getName())
                        .setGraphVersion(graph.getVersion())
                        .build();
            case SPEND_GROUPING_NODE ->
                group.setGraphName(graph.getName())
                        .setNodeId(spent.record.getHeaders().getNodeId())
                        .build();
        };
    }

    private static SpendRow one(Spent spent) {
        return SpendRow.newBuilder()
                .setExecutions(1)
                .setTokensUsed(Long.toString(spent.record.getTelemetry().getTokensUsed()))
                .setCostMicros(Long.toString(spent.record.getTelemetry().getCostMicros()))
                .build();
    }

    private static SpendRow sum(SpendRow one, SpendRow other) {
        return SpendRow.newBuilder()
                .setExecutions(one.getExecutions() + other.getExecutions())
                .setTokensUsed(sum(one.getTokensUsed(), other.getTokensUsed()))
                .setCostMicros(sum(one.getCostMicros(), other.getCostMicros()))
                .build();
    }

    private static String sum(String one, String other) {
        return new BigInteger(one).add(new BigInteger(other)).toString();
    }
}
