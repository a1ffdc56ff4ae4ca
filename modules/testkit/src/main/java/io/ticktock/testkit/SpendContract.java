package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every store says of spend: what its records add up to, to the micro. */
public abstract class SpendContract {

    private static final int RECORDS = 300;
    private static final int MOST_ROWS = 10_000;
    private static final List<String> GRAPHS = List.of("", "alpha", "beta");
    private static final List<String> VERSIONS = List.of("1.0.0", "1.1.0");

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final Random random = new Random(held.seed());
    private final StateSamples one = held.samples();
    private final StateSamples other = held.others();

    /** One recorded execution as the test knows it. */
    private record Expected(String tenantId, String graph, String version, String node, long tokens, long micros) {

        SpendRow row(String graphName, String graphVersion, String nodeId) {
            return SpendRow.newBuilder()
                    .setTenantId(tenantId)
                    .setGraphName(graphName)
                    .setGraphVersion(graphVersion)
                    .setNodeId(nodeId)
                    .build();
        }
    }

    protected abstract StateStore open();

    @Test
    void spendIsTheSumOverRecordsHoweverItIsGrouped() {
        List<Expected> records = new ArrayList<>(record(one));
        records.addAll(record(other));
        List<Expected> ofOne = of(one, records);

        assertSpend(ofOne, each -> each.row("", "", ""), asked(one, SpendGrouping.SPEND_GROUPING_TENANT));
        assertSpend(ofOne, each -> each.row(each.graph, "", ""), asked(one, SpendGrouping.SPEND_GROUPING_GRAPH));
        assertSpend(
                ofOne,
                each -> each.row(each.graph, each.version, ""),
                asked(one, SpendGrouping.SPEND_GROUPING_VERSION));
        assertSpend(ofOne, each -> each.row(each.graph, "", each.node), asked(one, SpendGrouping.SPEND_GROUPING_NODE));
        assertSpend(
                ofOne.stream().filter(each -> each.graph.equals("beta")).toList(),
                each -> each.row(each.graph, "", each.node),
                asked(one, SpendGrouping.SPEND_GROUPING_NODE).setGraphName("beta"));
        assertSpend(
                List.of(),
                each -> each.row("", "", ""),
                GetSpendRequest.newBuilder().setTenantId("no-" + held.seed()));
        assertOfAllTenants(records);
    }

    /** The store may hold what other tests left. */
    private void assertOfAllTenants(List<Expected> records) {
        Map<SpendRow, SpendRow> groups = new HashMap<>();
        GetSpendResponse all = result(held.store()
                .getSpend(GetSpendRequest.newBuilder()
                        .setBy(SpendGrouping.SPEND_GROUPING_TENANT)
                        .build()));
        all.getRowsList().forEach(row -> groups.put(group(row), row));
        for (StateSamples tenant : List.of(one, other)) {
            SpendRow expected = sum(of(tenant, records));
            SpendRow found = groups.get(
                    SpendRow.newBuilder().setTenantId(tenant.tenantId()).build());
            assertEquals(expected, found.toBuilder().clearTenantId().build());
        }
        assertSorted(all.getRowsList());
    }

    @Test
    void aSumMayExceed64Bits() {
        for (int i = 0; i < 3; i++) {
            append(one, one.lifetimeId(), "node", Long.MAX_VALUE, Long.MAX_VALUE, false);
        }
        SpendRow total = result(held.store()
                        .getSpend(
                                asked(one, SpendGrouping.SPEND_GROUPING_TENANT).build()))
                .getTotal();
        String sum = BigInteger.valueOf(Long.MAX_VALUE)
                .multiply(BigInteger.valueOf(3))
                .toString();
        assertEquals(sum, total.getCostMicros());
        assertEquals(sum, total.getTokensUsed());
        assertEquals(3, total.getExecutions());
    }

    @Test
    void onlyWhatWasRecordedInTheSpanOfTimeCounts() {
        append(one, one.lifetimeId(), "node", 7, 11, true);
        Instant now = Instant.now();
        Instant hourAgo = now.minus(Duration.ofHours(1));
        Instant inAnHour = now.plus(Duration.ofHours(1));
        assertEquals("11", cost(hourAgo, null));
        assertEquals("11", cost(null, inAnHour));
        assertEquals("11", cost(hourAgo, inAnHour));
        assertEquals("0", cost(inAnHour, null));
        assertEquals("0", cost(null, hourAgo));
    }

    @Test
    void rowsAreBoundedAndTheTotalIsNot() {
        String lifetimeId = one.lifetimeId();
        List<Future<?>> appends = new ArrayList<>();
        for (int i = 0; i <= MOST_ROWS; i++) {
            appends.add(held.store().appendTask(task(one, lifetimeId, "node_" + i, 1, i)));
            if (appends.size() == 1_000) {
                result(Future.all(appends));
                appends.clear();
            }
        }
        result(Future.all(appends));
        GetSpendResponse spend = result(held.store()
                .getSpend(asked(one, SpendGrouping.SPEND_GROUPING_NODE).build()));
        assertTrue(spend.getMore());
        assertEquals(MOST_ROWS, spend.getRowsCount());
        assertEquals("node_" + MOST_ROWS, spend.getRows(0).getNodeId());
        assertEquals(MOST_ROWS + 1, spend.getTotal().getExecutions());
        assertEquals(
                Long.toString(MOST_ROWS * (MOST_ROWS + 1L) / 2),
                spend.getTotal().getCostMicros());
    }

    @Test
    void timesInTheWrongOrderAreRefused() {
        Instant now = Instant.now();
        GetSpendRequest backwards = GetSpendRequest.newBuilder()
                .setSince(StateSamples.time(now))
                .setUntil(StateSamples.time(now.minusNanos(1_000)))
                .build();
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().getSpend(backwards)).code());
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store()
                                .getSpend(backwards.toBuilder()
                                        .setUntil(backwards.getSince())
                                        .build()))
                        .code());
    }

    /** Records of random lifetimes, some of which exist and some of which nobody knows. */
    private List<Expected> record(StateSamples samples) {
        List<Expected> records = new ArrayList<>();
        while (records.size() < RECORDS) {
            String graph = GRAPHS.get(random.nextInt(GRAPHS.size()));
            String version = graph.isEmpty() ? "" : VERSIONS.get(random.nextInt(VERSIONS.size()));
            String lifetimeId = samples.lifetimeId();
            if (!graph.isEmpty()) {
                create(samples, lifetimeId, graph, version);
            }
            for (int i = random.nextInt(12); i >= 0; i--) {
                String node = "node_" + random.nextInt(4);
                long tokens = random.nextInt(100_000);
                long micros = random.nextLong() >>> (1 + random.nextInt(60));
                append(samples, lifetimeId, node, tokens, micros, random.nextBoolean());
                records.add(new Expected(samples.tenantId(), graph, version, node, tokens, micros));
            }
        }
        return records;
    }

    private void create(StateSamples samples, String lifetimeId, String graph, String version) {
        CreateLifetimeRequest.Builder start = samples.start(held.fence(), lifetimeId).toBuilder();
        start.getDecisionBuilder()
                .getHeadBuilder()
                .getGraphBuilder()
                .setName(graph)
                .setVersion(version);
        result(held.store().createLifetime(start.build()));
    }

    private void append(
            StateSamples samples, String lifetimeId, String node, long tokens, long micros, boolean isPlan) {
        TaskExecution task = task(samples, lifetimeId, node, tokens, micros);
        if (isPlan) {
            result(held.store()
                    .appendPlan(PlanExecution.newBuilder()
                            .setHeaders(task.getHeaders().toBuilder().setKind(NodeKind.NODE_KIND_PLAN))
                            .setTelemetry(task.getTelemetry())
                            .build()));
        } else {
            result(held.store().appendTask(task));
        }
    }

    private static TaskExecution task(StateSamples samples, String lifetimeId, String node, long tokens, long micros) {
        TaskExecution.Builder task = samples.task(lifetimeId, "1").toBuilder();
        task.getHeadersBuilder().setNodeId(node);
        task.getTelemetryBuilder().setTokensUsed(tokens).setCostMicros(micros);
        return task.build();
    }

    private void assertSpend(
            List<Expected> records, Function<Expected, SpendRow> group, GetSpendRequest.Builder request) {
        Map<SpendRow, List<Expected>> expected = new HashMap<>();
        records.forEach(each -> expected.computeIfAbsent(group.apply(each), none -> new ArrayList<>())
                .add(each));
        GetSpendResponse spend = result(held.store().getSpend(request.build()));
        Map<SpendRow, SpendRow> found = new HashMap<>();
        spend.getRowsList().forEach(row -> found.put(group(row), row));
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((key, members) ->
                assertEquals(key.toBuilder().mergeFrom(sum(members)).build(), found.get(key)));
        assertEquals(sum(records), spend.getTotal());
        assertFalse(spend.getMore());
        assertSorted(spend.getRowsList());
    }

    private static void assertSorted(List<SpendRow> rows) {
        for (int i = 1; i < rows.size(); i++) {
            BigInteger before = new BigInteger(rows.get(i - 1).getCostMicros());
            assertTrue(before.compareTo(new BigInteger(rows.get(i).getCostMicros())) >= 0, "row " + i);
        }
    }

    private static SpendRow group(SpendRow row) {
        return row.toBuilder()
                .clearExecutions()
                .clearTokensUsed()
                .clearCostMicros()
                .build();
    }

    private static SpendRow sum(List<Expected> records) {
        BigInteger tokens = BigInteger.ZERO;
        BigInteger micros = BigInteger.ZERO;
        for (Expected record : records) {
            tokens = tokens.add(BigInteger.valueOf(record.tokens));
            micros = micros.add(BigInteger.valueOf(record.micros));
        }
        return SpendRow.newBuilder()
                .setExecutions(records.size())
                .setTokensUsed(tokens.toString())
                .setCostMicros(micros.toString())
                .build();
    }

    private static List<Expected> of(StateSamples samples, List<Expected> records) {
        return records.stream()
                .filter(each -> each.tenantId.equals(samples.tenantId()))
                .toList();
    }

    private static GetSpendRequest.Builder asked(StateSamples samples, SpendGrouping by) {
        return GetSpendRequest.newBuilder().setTenantId(samples.tenantId()).setBy(by);
    }

    private String cost(Instant since, Instant until) {
        GetSpendRequest.Builder request = asked(one, SpendGrouping.SPEND_GROUPING_TENANT);
        if (since != null) {
            request.setSince(StateSamples.time(since));
        }
        if (until != null) {
            request.setUntil(StateSamples.time(until));
        }
        return result(held.store().getSpend(request.build())).getTotal().getCostMicros();
    }
}
