package io.ticktock.api.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.ticktock.bus.FailureCode;
import io.vertx.grpc.common.GrpcStatus;
import java.util.Base64;

/** What programs can act on of a failure, after the richer error model of google.rpc. */
final class StatusDetails {

    /** Where clients look for them. */
    static final String TRAILER = "grpc-status-details-bin";

    private static final String DOMAIN = "ticktock";
    private static final Duration SOON = Duration.newBuilder().setSeconds(1).build();

    private StatusDetails() {}

    static String of(GrpcStatus status, String message, FailureCode code) {
        Status.Builder details = Status.newBuilder().setCode(status.code).setMessage(message);
        details.addDetails(Any.pack(
                ErrorInfo.newBuilder().setReason(code.name()).setDomain(DOMAIN).build()));
        switch (code) {
            case INVALID_ARGUMENT ->
                details.addDetails(Any.pack(BadRequest.newBuilder()
                        .addFieldViolations(
                                BadRequest.FieldViolation.newBuilder().setDescription(message))
                        .build()));
            case OVERLOADED -> {
                details.addDetails(Any.pack(QuotaFailure.newBuilder()
                        .addViolations(QuotaFailure.Violation.newBuilder().setDescription(message))
                        .build()));
                details.addDetails(
                        Any.pack(RetryInfo.newBuilder().setRetryDelay(SOON).build()));
            }
            case FENCED, UNAVAILABLE ->
                details.addDetails(
                        Any.pack(RetryInfo.newBuilder().setRetryDelay(SOON).build()));
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
}
