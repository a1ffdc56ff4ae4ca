package io.ticktock.guardrail.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.guardrail.policy.BudgetPolicy;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.BudgetUse;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Reservation;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.SliceReservation;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictRequest;
import io.ticktock.proto.v1.VerdictResponse;
import io.ticktock.proto.v1.WorstCase;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What budgets say, candidate by candidate; the amounts left of tenants' budgets stand in a map. */
class BudgetsTest {

    private static final WorstCase QUARTER =
            WorstCase.newBuilder().setTokensUsed(600).setCostMicros(250_000).build();
    private static final WorstCase NOTHING = WorstCase.newBuilder()
            .setTokensUsed(0)
            .setCostMicros(0)
            .setCannotSpend(true)
            .build();

    private final Map<String, Long> left = new HashMap<>();
    private final Budgets budgets = new Budgets(
            new TenantBudgets() {
                @Override
                public Future<Outcome> reserve(Wish wish) {
                    BudgetPolicy budget = wish.budget();
                    if (!left.containsKey(budget.name())) {
                        return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "away"));
                    }
                    long amount = wish.amount();
                    long before = left.get(budget.name());
                    if (before < amount) {
                        return Future.succeededFuture(new Outcome(Optional.empty(), budget.limit() - before));
                    }
                    left.put(budget.name(), before - amount);
                    return Future.succeededFuture(new Outcome(
                            Optional.of(SliceReservation.newBuilder()
                                    .setBudget(budget.name())
                                    .setAmount(amount)
                                    .build()),
                            0));
                }

                @Override
                public void release(String tenantId, String execId, SliceReservation reservation) {
                    left.merge(reservation.getBudget(), reservation.getAmount(), Long::sum);
                }
            },
            System::nanoTime);

    @Test
    void ofSixtyFourBranchesTenFitAndTheNextOnePauses() {
        AdmissionResponse response = admit("scope: lifetime, budget: {cost_usd: 2.5}", 64, QUARTER);
        assertEquals(10, reserved(response));
        assertEquals(
                GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME,
                response.getVerdicts(10).getAction());
        assertEquals(
                "budget: limit: 2.5 of 2.5 cost_usd is used or set aside, and work may use 0.25",
                response.getVerdicts(10).getReason());
        assertEquals("2.75", response.getVerdicts(10).getFired(0).getObserved());
        assertEquals("2.5", response.getVerdicts(10).getFired(0).getLimit());
    }

    @Test
    void theOthersAreRejectedOneByOne() {
        AdmissionResponse response =
                admit("scope: lifetime, budget: {cost_usd: 2.5}, action: REJECT_EXECUTION", 64, QUARTER);
        assertEquals(10, reserved(response));
        assertEquals(54, count(response, GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION));
    }

    @Test
    void whatCannotSpendNeedsNothingOfMoneyButIsAnExecution() {
        assertEquals(64, reserved(admit("scope: lifetime, budget: {cost_usd: 0}", 64, NOTHING)));
        assertEquals(5, reserved(admit("scope: lifetime, budget: {executions: 5}", 64, NOTHING)));
        left.put("limit", 0L);
        assertEquals(64, reserved(admit("scope: tenant, window: day, budget: {cost_usd: 0}", 64, NOTHING)));
        left.put("limit", 5L);
        assertEquals(5, reserved(admit("scope: tenant, window: day, budget: {executions: 5}", 64, NOTHING)));
    }

    @Test
    void whatDeclaresNothingIsRefusedUnlessTheBudgetSaysWhatToTakeItFor() {
        WorstCase undeclared = WorstCase.getDefaultInstance();
        AdmissionResponse refused = admit("scope: lifetime, budget: {cost_usd: 1}", 3, undeclared);
        assertEquals(0, reserved(refused));
        assertEquals(
                "budget: limit: work declares no max_cost_usd; add limits to the node, or undeclared to the budget",
                refused.getVerdicts(0).getReason());
        assertEquals(2, reserved(admit("scope: lifetime, budget: {cost_usd: 1, undeclared: 0.5}", 3, undeclared)));
        assertEquals(3, reserved(admit("scope: lifetime, budget: {executions: 3}", 4, undeclared)));
    }

    @Test
    void aPriceMakesACostOfTokens() {
        WorstCase tokens =
                WorstCase.newBuilder().setTokensUsed(1_001).setModel("large").build();
        AdmissionResponse response = admit(
                set("prices: {version: v7, per_million_tokens: {large: 2.50}}\n"
                        + policies("scope: lifetime, budget: {cost_usd: 1}")),
                request(1, tokens).build());
        Reservation reservation = response.getReservations(0);
        // 2,502.5 micros, rounded up.
        assertEquals(2_503, reservation.getAmounts().getCostMicros());
        assertEquals("v7", reservation.getPriceVersion());
        assertEquals("USD", reservation.getCurrency());
    }

    @Test
    void whatIsUsedSetAsideForfeitedAndAddedCounts() {
        BudgetUse use = BudgetUse.newBuilder()
                .setReserved(Amounts.newBuilder().setTokensUsed(600))
                .setForfeited(Amounts.newBuilder().setTokensUsed(600))
                .setAdded(Amounts.newBuilder().setTokensUsed(1_200))
                .build();
        AdmissionRequest request = request(10, QUARTER)
                .setTotals(Totals.newBuilder().setTokensUsed(600))
                .setBudgetUse(use)
                .build();
        // 3,000 of 4,800 are left.
        assertEquals(5, reserved(admit(set(policies("scope: lifetime, budget: {tokens_used: 3600}")), request)));
    }

    @Test
    void onAllLevelsOrOnNone() {
        String both = policies("scope: tenant, window: day, budget: {cost_usd: 100}")
                + "  - {name: second, scope: tenant, window: month, budget: {cost_usd: 100}, action: ABORT_LIFETIME}\n";
        left.put("limit", 1_000_000L);
        left.put("second", 500_000L);
        AdmissionResponse response = admit(set(both), request(64, QUARTER).build());
        assertEquals(2, reserved(response));
        assertEquals(2, response.getReservations(0).getSlicesCount());
        assertEquals(
                GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME,
                response.getVerdicts(2).getAction());
        assertEquals(500_000L, left.get("limit"));
        assertEquals(0L, left.get("second"));
    }

    @Test
    void whatWasSetAsideForARequestWithoutAnAnswerIsThereForOthers() {
        String both = policies("scope: tenant, window: day, budget: {cost_usd: 100}")
                + "  - {name: away, scope: tenant, window: month, budget: {cost_usd: 100}}\n";
        left.put("limit", 1_000_000L);
        assertTrue(admitted(set(both), request(2, QUARTER).build()).failed());
        assertEquals(1_000_000L, left.get("limit"));
    }

    @Test
    void whatAConditionRefusesSetsNothingAside() {
        left.put("limit", 1_000_000L);
        AdmissionRequest request = request(2, QUARTER).build();
        Verdict rejected = Verdict.newBuilder()
                .setAction(GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION)
                .build();
        AdmissionResponse conditions = AdmissionResponse.newBuilder()
                .addVerdicts(rejected)
                .addVerdicts(allow())
                .build();
        AdmissionResponse response = budgets.admit(
                        set(policies("scope: tenant, window: day, budget: {cost_usd: 100}")), request, conditions)
                .result();
        assertEquals(rejected, response.getVerdicts(0));
        assertEquals(750_000L, left.get("limit"));
    }

    @Test
    void otherGraphsAndLabelsAreNotLimited() {
        assertEquals(
                0,
                admit("scope: lifetime, applies_to: {graphs: [\"other*\"]}, budget: {cost_usd: 0}", 3, QUARTER)
                        .getReservationsCount());
    }

    @Test
    void aHundredThousandCandidatesAreNoRecursion() {
        left.put("limit", Long.MAX_VALUE / 2);
        assertEquals(
                100_000,
                reserved(admit("scope: tenant, window: day, budget: {executions: 1000000}", 100_000, QUARTER)));
    }

    @Test
    void whoUsesMoreThanItDeclaredIsFoundOutByTheRecord() {
        PolicySet set = set(policies("scope: lifetime, budget: {cost_usd: 1}"));
        assertEquals(
                GuardrailAction.GUARDRAIL_ACTION_ALLOW, judge(set, 1_000_000).getAction());
        Verdict verdict = judge(set, 1_000_001);
        assertEquals(GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME, verdict.getAction());
        assertEquals("budget: limit: 1.000001 cost_usd is used, and the limit is 1", verdict.getReason());
    }

    @Test
    void recordsOfAttemptsThatWereRejectedDoNotMakeTheOthersTooMany() {
        PolicySet set = set(policies("scope: lifetime, budget: {executions: 1}, action: REJECT_EXECUTION"));
        VerdictRequest request = VerdictRequest.newBuilder()
                .setTotals(Totals.newBuilder().setExecutions(54))
                .addRecords(ExecutionReference.newBuilder()
                        .setHeaders(ExecutionHeaders.newBuilder().setExecId("exec")))
                .build();
        VerdictResponse conditions =
                VerdictResponse.newBuilder().addVerdicts(allow()).build();
        assertEquals(conditions, budgets.judge(set, request, conditions));
    }

    private Verdict judge(PolicySet set, long costMicros) {
        VerdictRequest request = VerdictRequest.newBuilder()
                .addRecords(ExecutionReference.newBuilder()
                        .setHeaders(ExecutionHeaders.newBuilder().setExecId("exec"))
                        .setTelemetry(PolicyTelemetry.newBuilder().setCostMicros(costMicros)))
                .build();
        VerdictResponse conditions =
                VerdictResponse.newBuilder().addVerdicts(allow()).build();
        return budgets.judge(set, request, conditions).getVerdicts(0);
    }

    private AdmissionResponse admit(String policy, int candidates, WorstCase worst) {
        return admit(set(policies(policy)), request(candidates, worst).build());
    }

    private AdmissionResponse admit(PolicySet set, AdmissionRequest request) {
        return admitted(set, request).result();
    }

    private Future<AdmissionResponse> admitted(PolicySet set, AdmissionRequest request) {
        AdmissionResponse conditions = AdmissionResponse.newBuilder()
                .setPolicyDigest(set.digest())
                .addAllVerdicts(Collections.nCopies(request.getCandidatesCount(), allow()))
                .build();
        return budgets.admit(set, request, conditions);
    }

    private static AdmissionRequest.Builder request(int candidates, WorstCase worst) {
        List<Scheduled> scheduled = IntStream.range(0, candidates)
                .mapToObj(i -> Scheduled.newBuilder()
                        .setExecId("exec" + i)
                        .setNodeId("work")
                        .build())
                .toList();
        return AdmissionRequest.newBuilder()
                .setTenantId("acme")
                .setGraph(GraphReference.newBuilder().setName("fan").setVersion("1.0.0"))
                .addAllCandidates(scheduled)
                .addAllWorstCases(Collections.nCopies(candidates, worst));
    }

    private static Verdict allow() {
        return Verdict.newBuilder()
                .setAction(GuardrailAction.GUARDRAIL_ACTION_ALLOW)
                .build();
    }

    private static String policies(String policy) {
        return "policies:\n  - {name: limit, " + policy + "}\n";
    }

    private static PolicySet set(String file) {
        return PolicySet.parse(Map.of("policies.yaml", file.getBytes(StandardCharsets.UTF_8)));
    }

    private static long reserved(AdmissionResponse response) {
        return response.getReservationsList().stream()
                .filter(Reservation::hasAmounts)
                .count();
    }

    private static long count(AdmissionResponse response, GuardrailAction action) {
        return response.getVerdictsList().stream()
                .filter(verdict -> verdict.getAction() == action)
                .count();
    }
}
