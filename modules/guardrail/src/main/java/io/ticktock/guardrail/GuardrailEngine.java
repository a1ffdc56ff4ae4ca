package io.ticktock.guardrail;

import com.google.protobuf.Timestamp;
import io.ticktock.guardrail.policy.Facts;
import io.ticktock.guardrail.policy.Phase;
import io.ticktock.guardrail.policy.PolicyEvaluator;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictRequest;
import io.ticktock.proto.v1.VerdictResponse;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Applies the policies in force to what is asked. Without any, everything is allowed, with no policy digest. */
public final class GuardrailEngine {

    /** Answers up to this size are made once; this stands between every record and its decision. */
    private static final int LARGEST_KEPT = 64;

    private static final Verdict ALLOW = Verdict.newBuilder()
            .setAction(GuardrailAction.GUARDRAIL_ACTION_ALLOW)
            .build();
    private static final List<VerdictResponse> VERDICTS = IntStream.rangeClosed(0, LARGEST_KEPT)
            .mapToObj(GuardrailEngine::allowed)
            .toList();
    private static final List<AdmissionResponse> ADMISSIONS = IntStream.rangeClosed(0, LARGEST_KEPT)
            .mapToObj(GuardrailEngine::admitted)
            .toList();

    private volatile PolicyEvaluator inForce = new PolicyEvaluator(PolicySet.NONE);

    /** Puts these policies in force: what is asked from now on is answered by them. */
    public void use(PolicySet policies) {
        inForce = new PolicyEvaluator(policies);
    }

    /** The policies in force. */
    public PolicySet policies() {
        return inForce.set();
    }

    /** Whether records may be accepted: one verdict for each, in order. */
    public VerdictResponse verdict(VerdictRequest request) {
        PolicyEvaluator evaluator = inForce;
        int count = request.getRecordsCount();
        if (evaluator.set().isEmpty()) {
            return count <= LARGEST_KEPT ? VERDICTS.get(count) : allowed(count);
        }
        VerdictResponse.Builder response = VerdictResponse.newBuilder();
        long elapsed = secondsBetween(request.getStartedAt(), request.getNow());
        Map<String, String> labels = request.getLabelsMap();
        Totals totals = request.getTotals();
        Set<String> counted = new HashSet<>();
        for (ExecutionReference record : request.getRecordsList()) {
            // A record that comes twice is accepted once.
            if (counted.add(record.getHeaders().getExecId())) {
                totals = Facts.with(totals, record.getTelemetry());
            }
            Facts facts = Facts.of(record, totals, labels, elapsed);
            response.addVerdicts(evaluator.evaluate(request.getGraph(), Phase.VERDICT, facts));
        }
        return response.build();
    }

    /** Whether attempts may be dispatched: one verdict for each, in order. */
    public AdmissionResponse admit(AdmissionRequest request) {
        PolicyEvaluator evaluator = inForce;
        int count = request.getCandidatesCount();
        if (evaluator.set().isEmpty()) {
            return count <= LARGEST_KEPT ? ADMISSIONS.get(count) : admitted(count);
        }
        AdmissionResponse.Builder response =
                AdmissionResponse.newBuilder().setPolicyDigest(evaluator.set().digest());
        long elapsed = secondsBetween(request.getStartedAt(), request.getNow());
        for (int i = 0; i < count; i++) {
            Scheduled candidate = request.getCandidates(i);
            NodeKind kind = request.getKinds(i);
            Facts facts = Facts.of(candidate, kind, request.getTotals(), request.getLabelsMap(), elapsed);
            response.addVerdicts(evaluator.evaluate(request.getGraph(), Phase.ADMIT, facts));
        }
        return response.build();
    }

    private static long secondsBetween(Timestamp start, Timestamp end) {
        long seconds = end.getSeconds() - start.getSeconds();
        return Math.max(0, end.getNanos() < start.getNanos() ? seconds - 1 : seconds);
    }

    private static VerdictResponse allowed(int count) {
        return VerdictResponse.newBuilder()
                .addAllVerdicts(Collections.nCopies(count, ALLOW))
                .build();
    }

    private static AdmissionResponse admitted(int count) {
        return AdmissionResponse.newBuilder()
                .addAllVerdicts(Collections.nCopies(count, ALLOW))
                .build();
    }
}
