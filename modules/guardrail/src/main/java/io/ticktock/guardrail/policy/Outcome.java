package io.ticktock.guardrail.policy;

import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.PolicyTelemetry;

/**
 * How an execution ended, as its record tells policies.
 *
 * @param errorCode empty when there was no error
 */
public record Outcome(ExecutionStatus status, String errorCode, PolicyTelemetry telemetry, long resultSizeBytes) {

    /** Before it runs. */
    static final Outcome NONE =
            new Outcome(ExecutionStatus.EXECUTION_STATUS_UNSPECIFIED, "", PolicyTelemetry.getDefaultInstance(), 0);

    public static Outcome of(ExecutionReference record) {
        return new Outcome(
                record.getHeaders().getStatus(),
                record.getError().getCode(),
                record.getTelemetry(),
                record.getResultSizeBytes());
    }
}
