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
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.Reservation;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.SliceCharged;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictRequest;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.HashMap;
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
        VerdictRequest request = VerdictRequest.newBuilder()
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
        return bus.request(Addresses.GUARDRAIL_VERDICT, request)
                .map(response -> complete(response.getVerdictsList(), records.size()));
    }

    /** Which of these attempts may be scheduled. */
    Future<Admission> admission(LifetimeState state, List<Scheduled> candidates, Instant now) {
        if (candidates.isEmpty()) {
            return Future.succeededFuture(Admission.NOT_NEEDED);
        }
        AdmissionRequest request = AdmissionRequest.newBuilder()
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
        return bus.request(Addresses.GUARDRAIL_ADMIT, request)
                .map(response -> new Admission(
                        refused(candidates, response), reserved(candidates, response), response.getPolicyDigest()));
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

    private static NodeKind kind(LifetimeState state, Scheduled candidate) {
        return state.graph().node(candidate.getNodeId()) instanceof Plan
                ? NodeKind.NODE_KIND_PLAN
                : NodeKind.NODE_KIND_TASK;
    }

    private static Map<String, Verdict> refused(List<Scheduled> candidates, AdmissionResponse response) {
        List<Verdict> verdicts = complete(response.getVerdictsList(), candidates.size());
        Map<String, Verdict> refused = new HashMap<>();
        for (int i = 0; i < verdicts.size(); i++) {
            if (verdicts.get(i).getAction() != GuardrailAction.GUARDRAIL_ACTION_ALLOW) {
                refused.put(candidates.get(i).getExecId(), verdicts.get(i));
            }
        }
        return refused;
    }

    private static Map<String, Reservation> reserved(List<Scheduled> candidates, AdmissionResponse response) {
        Map<String, Reservation> reserved = new HashMap<>();
        for (int i = 0; i < response.getReservationsCount(); i++) {
            if (response.getReservations(i).hasAmounts()) {
                reserved.put(candidates.get(i).getExecId(), response.getReservations(i));
            }
        }
        return reserved;
    }

    private static List<Verdict> complete(List<Verdict> verdicts, int asked) {
        if (verdicts.size() != asked) {
            throw new Failure(
                    FailureCode.INTERNAL, "guardrails gave " + verdicts.size() + " verdicts on " + asked + " items");
        }
        return verdicts;
    }
}
