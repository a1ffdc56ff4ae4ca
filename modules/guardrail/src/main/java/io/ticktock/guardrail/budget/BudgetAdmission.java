package io.ticktock.guardrail.budget;

import io.ticktock.bus.ProtoTime;
import io.ticktock.guardrail.policy.BudgetPolicy;
import io.ticktock.guardrail.policy.Metric;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.guardrail.policy.Prices;
import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.Reservation;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.SliceReservation;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.WorstCase;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** One request for leave to dispatch, candidate by candidate: what each sets aside, the next one does not find any more. */
final class BudgetAdmission {

    private final PolicySet set;
    private final List<BudgetPolicy> ofLifetime;
    private final List<BudgetPolicy> ofTenant;
    private final TenantBudgets tenants;
    private final AdmissionRequest request;
    private final AdmissionResponse conditions;
    private final Instant now;

    private final AdmissionResponse.Builder response = AdmissionResponse.newBuilder();
    /** By the candidates before. */
    private final Map<Metric, Long> setAside = new EnumMap<>(Metric.class);
    /** A candidate pauses or ends the lifetime: those behind it are not scheduled, whatever is said of them. */
    private boolean stopped;

    BudgetAdmission(
            PolicySet set,
            List<BudgetPolicy> budgets,
            TenantBudgets tenants,
            AdmissionRequest request,
            AdmissionResponse conditions) {
        this.set = set;
        this.ofLifetime =
                budgets.stream().filter(budget -> !budget.isOfTenant()).toList();
        this.ofTenant = budgets.stream().filter(BudgetPolicy::isOfTenant).toList();
        this.tenants = tenants;
        this.request = request;
        this.conditions = conditions;
        this.now = ProtoTime.instant(request.getNow());
        response.setPolicyDigest(conditions.getPolicyDigest());
    }

    Future<AdmissionResponse> decide() {
        return decideFrom(0);
    }

    /** A loop, as long as nothing has to be waited for: a fan-out has many candidates. */
    private Future<AdmissionResponse> decideFrom(int first) {
        for (int i = first; i < request.getCandidatesCount(); i++) {
            Future<Void> decided = decide(i);
            int next = i + 1;
            if (!decided.isComplete()) {
                return decided.compose(done -> decideFrom(next));
            }
            if (decided.failed()) {
                return Future.failedFuture(decided.cause());
            }
        }
        return Future.succeededFuture(response.build());
    }

    private Future<Void> decide(int i) {
        Verdict verdict = conditions.getVerdicts(i);
        if (stopped || verdict.getAction() != GuardrailAction.GUARDRAIL_ACTION_ALLOW) {
            return answer(verdict, Reservation.getDefaultInstance());
        }
        Scheduled candidate = request.getCandidates(i);
        WorstCase worst = request.getWorstCases(i);
        List<FiredPolicy> refusals = refusals(candidate, worst);
        if (!refusals.isEmpty()) {
            return answer(BudgetFindings.add(verdict, refusals), Reservation.getDefaultInstance());
        }
        return reserve(candidate, worst, 0, new ArrayList<>())
                .compose(outcome -> outcome.refusal == null
                        ? answer(verdict, reservation(worst, outcome.slices))
                        : answer(
                                BudgetFindings.add(verdict, List.of(outcome.refusal)),
                                Reservation.getDefaultInstance()));
    }

    private Future<Void> answer(Verdict verdict, Reservation reservation) {
        GuardrailAction action = verdict.getAction();
        stopped |= action != GuardrailAction.GUARDRAIL_ACTION_ALLOW
                && action != GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION;
        for (Metric metric : Metric.values()) {
            setAside.merge(metric, metric.of(reservation.getAmounts()), Long::sum);
        }
        response.addVerdicts(verdict).addReservations(reservation);
        return Future.succeededFuture();
    }

    /** What can be said without asking: undeclared worst cases, and the lifetime's own budgets. */
    private List<FiredPolicy> refusals(Scheduled candidate, WorstCase worst) {
        List<FiredPolicy> refusals = new ArrayList<>();
        for (BudgetPolicy budget : ofLifetime) {
            OptionalLong needed = budget.worstCase(worst, set.prices());
            long used = used(budget.metric());
            long limit = BudgetFindings.limit(budget, request.getBudgetUse());
            if (needed.isEmpty()) {
                refusals.add(BudgetFindings.undeclared(budget, candidate.getNodeId()));
            } else if (used + needed.getAsLong() > limit) {
                refusals.add(BudgetFindings.exceeded(budget, candidate.getNodeId(), used, needed.getAsLong(), limit));
            }
        }
        for (BudgetPolicy budget : ofTenant) {
            if (budget.worstCase(worst, set.prices()).isEmpty()) {
                refusals.add(BudgetFindings.undeclared(budget, candidate.getNodeId()));
            }
        }
        return refusals;
    }

    private long used(Metric metric) {
        return metric.of(request.getTotals())
                + metric.of(request.getBudgetUse().getReserved())
                + metric.of(request.getBudgetUse().getForfeited())
                + setAside.getOrDefault(metric, 0L);
    }

    /** What was reserved of all tenant budgets, or why one of them refused; then nothing is reserved. */
    private record Outcome(List<SliceReservation> slices, FiredPolicy refusal) {}

    private Future<Outcome> reserve(Scheduled candidate, WorstCase worst, int place, List<SliceReservation> slices) {
        if (place == ofTenant.size()) {
            return Future.succeededFuture(new Outcome(slices, null));
        }
        BudgetPolicy budget = ofTenant.get(place);
        if (worst.getCannotSpend() && budget.metric() != Metric.EXECUTIONS) {
            return reserve(candidate, worst, place + 1, slices);
        }
        long needed = budget.worstCase(worst, set.prices()).orElseThrow();
        return tenants.reserve(budget, request.getTenantId(), candidate.getExecId(), needed, now)
                .compose(outcome -> {
                    if (outcome.reserved().isPresent()) {
                        slices.add(outcome.reserved().get());
                        return reserve(candidate, worst, place + 1, slices);
                    }
                    slices.forEach(slice -> tenants.release(request.getTenantId(), candidate.getExecId(), slice));
                    return Future.succeededFuture(new Outcome(
                            List.of(),
                            BudgetFindings.exceeded(
                                    budget, candidate.getNodeId(), outcome.used(), needed, budget.limit())));
                });
    }

    private Reservation reservation(WorstCase worst, List<SliceReservation> slices) {
        Amounts.Builder amounts = Amounts.newBuilder();
        boolean isPriced = false;
        for (Metric metric : Metric.values()) {
            OptionalLong declared = metric.declared(worst, set.prices());
            metric.set(amounts, declared.isPresent() ? declared.getAsLong() : undeclared(metric));
            isPriced |= metric == Metric.COST_USD && declared.isPresent() && !worst.hasCostMicros();
        }
        Reservation.Builder reservation = Reservation.newBuilder()
                .setAmounts(amounts)
                .setCurrency(Prices.CURRENCY)
                .addAllSlices(slices);
        if (isPriced) {
            reservation.setPriceVersion(set.prices().version());
        }
        return reservation.build();
    }

    /** The most that any budget takes an attempt to use which does not say. */
    private long undeclared(Metric metric) {
        long most = 0;
        for (List<BudgetPolicy> level : List.of(ofLifetime, ofTenant)) {
            for (BudgetPolicy budget : level) {
                if (budget.metric() == metric) {
                    most = Math.max(most, budget.undeclared().orElse(0));
                }
            }
        }
        return most;
    }
}
