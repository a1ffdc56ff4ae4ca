package io.ticktock.executor;

import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.sdk.Value;
import java.util.Map;
import java.util.Optional;

/**
 * A Task's durable record.
 *
 * @param inline its value, kept here so that it is parsed once; empty when the result is a blob
 */
record RecordedTask(TaskExecution execution, Optional<Value> inline) {

    private static final int ENVELOPE_BYTES = 1_500;
    /** The bytes, and the tree that they may be parsed to. */
    private static final int BYTES_PER_BYTE = 8;

    static RecordedTask of(TaskExecution execution) {
        if (execution.hasError()) {
            return new RecordedTask(execution, Optional.of(errorValue(execution)));
        }
        Payload payload = execution.getResult().getPayload();
        return new RecordedTask(execution, payload.hasBlob() ? Optional.empty() : Optional.of(Value.of(payload)));
    }

    /** The same as a failure, since guardrails did not accept it as a success. */
    RecordedTask rejected(String reason) {
        return of(execution.toBuilder()
                .clearResult()
                .setError(ExecutionError.newBuilder()
                        .setCode("rejected_by_guardrail")
                        .setMessage(reason))
                .build());
    }

    Payload payload() {
        return execution.getResult().getPayload();
    }

    int weightBytes() {
        long bytes = inline.map(Value::sizeBytes).orElse(0L);
        return (int) Math.min(ENVELOPE_BYTES + BYTES_PER_BYTE * bytes, Integer.MAX_VALUE);
    }

    /** What a Plan sees of a Task that failed for good. */
    private static Value errorValue(TaskExecution execution) {
        return Value.json(Map.of(
                "error",
                Map.of(
                        "code", execution.getError().getCode(),
                        "message", execution.getError().getMessage())));
    }
}
