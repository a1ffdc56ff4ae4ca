package io.ticktock.guardrail;

import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictRequest;
import io.ticktock.proto.v1.VerdictResponse;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Applies the policies to what is asked. The policy set is empty: everything is allowed, with no policy digest. */
public final class GuardrailEngine {

    /** Answers up to this size are made once; this stands between every record and its decision. */
    private static final int LARGEST_KEPT = 64;

    private static final Verdict ALLOW = Verdict.newBuilder()
            .setAction(GuardrailAction.GUARDRAIL_ACTION_ALLOW)
            .build();
    private static final List<VerdictResponse> VERDICTS = IntStream.rangeClosed(0, LARGEST_KEPT)
            .mapToObj(GuardrailEngine::verdicts)
            .toList();
    private static final List<AdmissionResponse> ADMISSIONS = IntStream.rangeClosed(0, LARGEST_KEPT)
            .mapToObj(GuardrailEngine::admissions)
            .toList();

    /** Whether records may be accepted: one verdict for each, in order. */
    public VerdictResponse verdict(VerdictRequest request) {
        int count = request.getRecordsCount();
        return count <= LARGEST_KEPT ? VERDICTS.get(count) : verdicts(count);
    }

    /** Whether attempts may be dispatched: one verdict for each, in order. */
    public AdmissionResponse admit(AdmissionRequest request) {
        int count = request.getCandidatesCount();
        return count <= LARGEST_KEPT ? ADMISSIONS.get(count) : admissions(count);
    }

    private static VerdictResponse verdicts(int count) {
        return VerdictResponse.newBuilder()
                .addAllVerdicts(Collections.nCopies(count, ALLOW))
                .build();
    }

    private static AdmissionResponse admissions(int count) {
        return AdmissionResponse.newBuilder()
                .addAllVerdicts(Collections.nCopies(count, ALLOW))
                .build();
    }
}
