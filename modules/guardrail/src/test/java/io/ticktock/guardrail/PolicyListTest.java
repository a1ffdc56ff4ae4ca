package io.ticktock.guardrail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.proto.v1.BudgetMetric;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.GuardrailPolicy;
import io.ticktock.proto.v1.ListGraphsRequest;
import io.ticktock.proto.v1.ListGraphsResponse;
import io.ticktock.proto.v1.ListPoliciesRequest;
import io.ticktock.proto.v1.ListPoliciesResponse;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.PolicyBudget;
import io.ticktock.proto.v1.PolicyCondition;
import io.ticktock.proto.v1.PolicyScope;
import io.ticktock.proto.v1.PolicyTarget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PolicyListTest {

    private static final String POLICIES = """
            policies:
              - name: loops
                scope: execution
                applies_to: {kinds: [task], labels: {team: "red-*"}}
                phase: admit
                when: iteration > 200
                action: ABORT_LIFETIME
                message: a Task ran 200 times
              - name: money
                scope: tenant
                window: day
                budget: {cost_usd: 500, undeclared: 0.25}
              - name: of-one
                scope: lifetime
                applies_to: {graphs: [secret-*]}
                when: sum.cost_usd > 20.0
                action: PAUSE_LIFETIME
              - name: of-one-too
                scope: lifetime
                applies_to: {graphs: [secret-*, other]}
                budget: {executions: 7}
            """;

    private final Vertx vertx = Vertx.vertx();
    private final PolicySet policies = PolicySet.parse(Map.of("p.yaml", POLICIES.getBytes(StandardCharsets.UTF_8)));
    private final PolicyList list = new PolicyList(vertx, () -> policies, PolicyListTest::graphs);

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    /** The tenant with-secret has many graphs, on several pages. */
    private static Future<ListGraphsResponse> graphs(ListGraphsRequest request) {
        if (!request.getTenantId().equals("with-secret")) {
            return Future.succeededFuture(ListGraphsResponse.getDefaultInstance());
        }
        int page = request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
        ListGraphsResponse.Builder response = ListGraphsResponse.newBuilder();
        IntStream.range(0, 200)
                .forEach(i -> response.addGraphs(GraphReference.newBuilder()
                        .setName(page == 3 && i == 199 ? "secret-plans" : "graph-" + page + "-" + i)));
        return Future.succeededFuture(response.setNextPageToken(page < 3 ? Integer.toString(page + 1) : "")
                .build());
    }

    @Test
    void whatBindsEverybodyIsToldToEverybody() throws Exception {
        ListPoliciesResponse told = ask("anybody", 0, "");
        assertEquals(policies.digest(), told.getPolicyDigest());
        assertEquals("", told.getNextPageToken());
        GuardrailPolicy loops = GuardrailPolicy.newBuilder()
                .setName("loops")
                .setScope(PolicyScope.POLICY_SCOPE_EXECUTION)
                .setAction(GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME)
                .setAppliesTo(PolicyTarget.newBuilder()
                        .addKinds(NodeKind.NODE_KIND_TASK)
                        .putLabels("team", "red-*"))
                .setMessage("a Task ran 200 times")
                .setCondition(
                        PolicyCondition.newBuilder().setWhen("iteration > 200").setPhase("admit"))
                .build();
        GuardrailPolicy money = GuardrailPolicy.newBuilder()
                .setName("money")
                .setScope(PolicyScope.POLICY_SCOPE_TENANT)
                .setWindow("day")
                .setAction(GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME)
                .setAppliesTo(PolicyTarget.getDefaultInstance())
                .setBudget(PolicyBudget.newBuilder()
                        .setMetric(BudgetMetric.BUDGET_METRIC_COST_USD)
                        .setAmount("500")
                        .setUndeclared("0.25"))
                .build();
        assertEquals(List.of(loops, money), told.getPoliciesList());
    }

    @Test
    void whatNamesGraphsIsToldToThoseWhoHaveThem() throws Exception {
        assertEquals(List.of("loops", "money", "of-one", "of-one-too"), names(ask("with-secret", 0, "")));
    }

    @Test
    void pagesGoOnBehindTheLastName() throws Exception {
        ListPoliciesResponse first = ask("with-secret", 3, "");
        assertEquals(List.of("loops", "money", "of-one"), names(first));
        ListPoliciesResponse last = ask("with-secret", 3, first.getNextPageToken());
        assertEquals(List.of("of-one-too"), names(last));
        assertEquals("", last.getNextPageToken());
        assertEquals("", ask("anybody", 2, "").getNextPageToken());
    }

    @Test
    void aTokenIsOfItsTenantOnly() throws Exception {
        String token = ask("with-secret", 1, "").getNextPageToken();
        for (String wrong : List.of(token, "money", "x")) {
            Failure refused = assertThrows(Failure.class, () -> ask("anybody", 1, wrong));
            assertEquals(FailureCode.INVALID_ARGUMENT, refused.code());
        }
    }

    @Test
    void aPageHasItsBounds() {
        Failure refused = assertThrows(Failure.class, () -> ask("anybody", 201, ""));
        assertEquals(FailureCode.INVALID_ARGUMENT, refused.code());
    }

    private static List<String> names(ListPoliciesResponse page) {
        return page.getPoliciesList().stream().map(GuardrailPolicy::getName).toList();
    }

    private ListPoliciesResponse ask(String tenantId, int size, String token) throws Exception {
        return await(list.list(ListPoliciesRequest.newBuilder()
                .setTenantId(tenantId)
                .setPageSize(size)
                .setPageToken(token)
                .build()));
    }

    private static <R> R await(Future<R> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
