package io.ticktock.guardrail.budget;

import io.ticktock.bus.ProtoTime;
import io.ticktock.guardrail.policy.BudgetPolicy;
import io.ticktock.guardrail.policy.Metric;
import io.ticktock.guardrail.policy.Prices;
import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.Reservation;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.SliceReservation;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.WorstCase;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** One request for leave to dispatch, candidate by candidate: what each sets aside, the next one does not find any more. */
final class BudgetAdmission {

    /** Its turn included; with the last grant, less than who asks waits for the answer. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final Prices prices;
    private final LifetimeBudgets budgets;
    private final List<BudgetPolicy> ofTenant;
    /** Of each budget of the tenant, to candidates of this request. */
    private final long[] promised;

    private final TenantBudgets tenants;
    private final AdmissionRequest request;
    private final AdmissionResponse conditions;
    private final Instant now;

    /** Of what was set aside for candidates of this request. */
    private final List<Runnable> giveBack = new ArrayList<>();

    private final long untilNanos;

    private final BudgetRound round;
    private final AdmissionResponse.Builder response = AdmissionResponse.newBuilder();

    /**
     * @param budgets with what was counted before the request
     * @param nanoTime what it measures by how long it may take
     */
    BudgetAdmission(
            Prices prices,
            LifetimeBudgets budgets,
            TenantBudgets tenants,
            AdmissionRequest request,
            AdmissionResponse conditions,
            LongSupplier nanoTime) {
        this.prices = prices;
        this.budgets = budgets;
        this.ofTenant = budgets.ofTenant();
        this.promised = new long[ofTenant.size()];
        this.tenants = tenants;
        this.request = request;
        this.conditions = conditions;
        this.now = ProtoTime.instant(request.getNow());
        this.untilNanos = nanoTime.getAsLong() + LONGEST_WAIT.toNanos();
        this.round = new BudgetRound(budgets);
        response.setPolicyDigest(conditions.getPolicyDigest());
    }

    /** Without an answer nothing is scheduled, so that others may have what was set aside by then. */
    Future<AdmissionResponse> decide() {
        return decideFrom(0).onFailure(cause -> giveBack.forEach(Runnable::run));
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
        Scheduled candidate = request.getCandidates(i);
        WorstCase worst = request.getWorstCases(i);
        Verdict verdict = round.ask(candidate.getNodeId(), worst, conditions.getVerdicts(i));
        if (round.isStopped() || verdict.getAction() != GuardrailAction.GUARDRAIL_ACTION_ALLOW) {
            return answer(verdict, Reservation.getDefaultInstance());
        }
        return reserve(candidate, worst, 0, new ArrayList<>())
                .compose(outcome -> outcome.refusal == null
                        ? answer(verdict, reservation(worst, outcome.slices))
                        : answer(
                                round.note(BudgetFindings.add(verdict, List.of(outcome.refusal))),
                                Reservation.getDefaultInstance()));
    }

    private Future<Void> answer(Verdict verdict, Reservation reservation) {
        budgets.reserve(reservation.getAmounts());
        response.addVerdicts(verdict).addReservations(reservation);
        return Future.succeededFuture();
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
        long needed = budget.worstCase(worst, prices).orElseThrow();
        TenantBudgets.Wish wish = new TenantBudgets.Wish(
                budget, request.getTenantId(), candidate.getExecId(), needed, promised[place], now, untilNanos);
        return tenants.reserve(wish).compose(outcome -> {
            if (outcome.reserved().isPresent()) {
                SliceReservation reserved = outcome.reserved().get();
                slices.add(reserved);
                giveBack.add(() -> tenants.release(request.getTenantId(), candidate.getExecId(), reserved));
                return reserve(candidate, worst, place + 1, slices)
                        .onSuccess(all -> promised[place] += all.refusal == null ? needed : 0);
            }
            slices.forEach(slice -> tenants.release(request.getTenantId(), candidate.getExecId(), slice));
            return Future.succeededFuture(new Outcome(
                    List.of(),
                    BudgetFindings.exceeded(budget, candidate.getNodeId(), outcome.used(), needed, budget.limit())));
        });
    }

    private Reservation reservation(WorstCase worst, List<SliceReservation> slices) {
        Reservation.Builder reservation = Reservation.newBuilder()
                .setAmounts(budgets.amounts(worst))
                .setCurrency(Prices.CURRENCY)
                .addAllSlices(slices);
        if (!worst.hasCostMicros() && Metric.COST_USD.declared(worst, prices).isPresent()) {
            reservation.setPriceVersion(prices.version());
        }
        return reservation.build();
    }
}
