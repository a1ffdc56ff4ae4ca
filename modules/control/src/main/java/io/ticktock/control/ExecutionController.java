package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.graph.Plan;
import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.BudgetCharge;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.SliceCharged;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictRequest;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks the guardrails, on behalf of one lifetime. No answer is never taken for leave: the decision is not made then. */
final class ExecutionController {

    private final Bus bus;

    ExecutionController(Bus bus) {
        this.bus = bus;
    }

    /** One verdict per record, in order, as of the time of the decision. */
    Future<List<Verdict>> verdicts(LifetimeState state, List<ExecutionReference> records, Instant now) {
        if (records.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return bus.request(Addresses.GUARDRAIL_VERDICT, verdictRequest(state, records, now))
                .map(response -> complete(response.getVerdictsList(), records.size()));
    }

    /** @param state before the decision */
    static VerdictRequest verdictRequest(LifetimeState state, List<ExecutionReference> records, Instant now) {
        return VerdictRequest.newBuilder()
                .setTenantId(state.tenantId())
                .setLifetimeId(state.lifetimeId())
                .setGraph(state.graphReference())
                .setTotals(state.totals())
                .addAllRecords(records)
                .addAllProgress(records.stream().map(state::progressWith).toList())
                .putAllLabels(state.labels())
                .setStartedAt(ProtoTime.timestamp(state.startedAt()))
                .setNow(ProtoTime.timestamp(now))
                .setBudgetUse(state.budgetUse())
                .build();
    }

    /** Which of these attempts may be scheduled. */
    Future<Admission> admission(LifetimeState state, List<Scheduled> candidates, Instant now) {
        if (candidates.isEmpty()) {
            return Future.succeededFuture(Admission.NOT_NEEDED);
        }
        return bus.request(Addresses.GUARDRAIL_ADMIT, admissionRequest(state, candidates, now))
                .map(response -> admission(candidates, response));
    }

    /** @param state after the decision */
    static AdmissionRequest admissionRequest(LifetimeState state, List<Scheduled> candidates, Instant now) {
        return AdmissionRequest.newBuilder()
                .setTenantId(state.tenantId())
                .setLifetimeId(state.lifetimeId())
                .setGraph(state.graphReference())
                .setTotals(state.totals())
                .addAllCandidates(candidates)
                .addAllKinds(candidates.stream()
                        .map(candidate -> kind(state, candidate))
                        .toList())
                .putAllLabels(state.labels())
                .setStartedAt(ProtoTime.timestamp(state.startedAt()))
                .setNow(ProtoTime.timestamp(now))
                .addAllWorstCases(candidates.stream()
                        .map(candidate -> WorstCases.of(state.graph().node(candidate.getNodeId())))
                        .toList())
                .setBudgetUse(state.budgetUse())
                .build();
    }

    /** Lets those who hand slices of budgets out know what a durable decision did to them. */
    void tellCharged(String tenantId, List<BudgetCharge> charges) {
        Map<String, SliceCharged.Builder> bySlice = new LinkedHashMap<>();
        for (BudgetCharge charge : charges) {
            bySlice.computeIfAbsent(
                            charge.getSliceId(), id -> SliceCharged.newBuilder().setTenantId(tenantId))
                    .addCharges(charge);
        }
        bySlice.forEach(
                (sliceId, charged) -> bus.publish(Addresses.GUARDRAIL_SLICE_CHARGED.at(sliceId), charged.build()));
    }

    /** Lets them know of a decision that was not needed, so that what they set aside for it is there for others. */
    void tellNotNeeded(String tenantId, List<BudgetCharge> charges) {
        tellCharged(
                tenantId,
                charges.stream()
                        .map(charge ->
                                charge.toBuilder().setReserved(0).setSpent(0).build())
                        .toList());
    }

    private static NodeKind kind(LifetimeState state, Scheduled candidate) {
        return state.graph().node(candidate.getNodeId()) instanceof Plan
                ? NodeKind.NODE_KIND_PLAN
                : NodeKind.NODE_KIND_TASK;
    }

    private static Admission admission(List<Scheduled> candidates, AdmissionResponse response) {
        complete(response.getVerdictsList(), candidates.size());
        return Admission.of(candidates, response);
    }

    private static List<Verdict> complete(List<Verdict> verdicts, int asked) {
        if (verdicts.size() != asked) {
            throw new Failure(
                    FailureCode.INTERNAL, "guardrails gave " + verdicts.size() + " verdicts on " + asked + " items");
        }
        return verdicts;
    }
}
