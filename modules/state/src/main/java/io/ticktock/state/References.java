package io.ticktock.state;

import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.PackedInputs;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PlanResult;
import io.ticktock.proto.v1.TaskExecution;

/** Makes the reference to a record: all of it but the payload. */
public final class References {

    private References() {}

    public static ExecutionReference to(TaskExecution execution) {
        ExecutionReference.Builder reference = ExecutionReference.newBuilder()
                .setHeaders(execution.getHeaders())
                .setTelemetry(execution.getTelemetry())
                .setResultSizeBytes(sizeOf(execution.getResult().getPayload()))
                .setRecordDigest(RecordDigest.of(execution));
        if (execution.hasError()) {
            reference.setError(execution.getError());
        }
        return reference.build();
    }

    public static ExecutionReference to(PlanExecution execution) {
        PlanResult result = execution.getResult();
        ExecutionReference.Builder reference = ExecutionReference.newBuilder()
                .setHeaders(execution.getHeaders())
                .setTelemetry(execution.getTelemetry())
                .setResultSizeBytes(sizeOf(result))
                .addAllNextTaskIds(result.getNextTaskIdsList())
                .setRecordDigest(RecordDigest.of(execution));
        if (execution.hasError()) {
            reference.setError(execution.getError());
        }
        return reference.build();
    }

    private static long sizeOf(PlanResult result) {
        if (result.hasPackedInputs()) {
            PackedInputs packed = result.getPackedInputs();
            return packed.getBlob().getSizeBytes();
        }
        return result.getInputsList().stream().mapToLong(References::sizeOf).sum();
    }

    private static long sizeOf(Payload payload) {
        return payload.hasBlob()
                ? payload.getBlob().getSizeBytes()
                : payload.getInline().size();
    }
}
