package io.ticktock.api.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.QuotaExcess;
import io.vertx.grpc.common.GrpcStatus;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What programs can act on of a failure, after the richer error model of google.rpc. */
final class StatusDetails {

    /** Where clients look for them. */
    static final String TRAILER = "grpc-status-details-bin";

    private static final String DOMAIN = "ticktock";

    private StatusDetails() {}

    /** By the names that HTTP has for them. */
    private static Map<String, String> metadata(FiredPolicy fired) {
        Map<String, String> metadata = new TreeMap<>();
        metadata.put("policy", fired.getName());
        metadata.put("decision", word(fired.getAction().name(), "GUARDRAIL_ACTION_"));
        metadata.put("scope", word(fired.getScope().name(), "POLICY_SCOPE_"));
        metadata.put("limit", fired.getLimit());
        metadata.put("observed", fired.getObserved());
        metadata.values().removeIf(String::isEmpty);
        return metadata;
    }

    private static Map<String, String> metadata(QuotaExcess excess) {
        return Map.of(
                "quota", excess.getQuota(),
                "limit", Long.toString(excess.getLimit()),
                "observed", Long.toString(excess.getObserved()));
    }

    private static String word(String constant, String prefix) {
        return constant.startsWith(prefix) ? constant.substring(prefix.length()).toLowerCase(Locale.ROOT) : "unknown";
    }

    static String of(GrpcStatus status, String message, Failure failure) {
        FailureCode code = failure.code();
        Status.Builder details = Status.newBuilder().setCode(status.code).setMessage(message);
        ErrorInfo.Builder info = ErrorInfo.newBuilder().setReason(code.name()).setDomain(DOMAIN);
        failure.guardrail().ifPresent(fired -> info.putAllMetadata(metadata(fired)));
        failure.quota().ifPresent(excess -> info.putAllMetadata(metadata(excess)));
        details.addDetails(Any.pack(info.build()));
        switch (code) {
            case INVALID_ARGUMENT ->
                details.addDetails(Any.pack(BadRequest.newBuilder()
                        .addFieldViolations(
                                BadRequest.FieldViolation.newBuilder().setDescription(message))
                        .build()));
            case OVERLOADED, QUOTA_EXCEEDED ->
                details.addDetails(violation(message, failure)).addDetails(retry(failure));
            case FENCED, UNAVAILABLE -> details.addDetails(retry(failure));
            case UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    FAILED_PRECONDITION,
                    STALE,
                    INTERNAL -> {}
        }
        return Base64.getEncoder()
                .withoutPadding()
                .encodeToString(details.build().toByteArray());
    }

    private static Any violation(String message, Failure failure) {
        QuotaFailure.Violation.Builder violation =
                QuotaFailure.Violation.newBuilder().setDescription(message);
        failure.quota()
                .ifPresent(excess -> violation
                        .setSubject(DOMAIN + ":" + excess.getQuota())
                        .setQuotaId(excess.getQuota())
                        .setQuotaValue(excess.getLimit())
                        .putQuotaDimensions("observed", Long.toString(excess.getObserved())));
        return Any.pack(QuotaFailure.newBuilder().addViolations(violation).build());
    }

    private static Any retry(Failure failure) {
        return Any.pack(RetryInfo.newBuilder()
                .setRetryDelay(Duration.newBuilder().setSeconds(failure.retryAfterSeconds()))
                .build());
    }
}
