package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.BlobSlice;
import io.ticktock.proto.v1.GetOutputResponse;
import io.ticktock.proto.v1.PackedInputs;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PlanResult;
import io.ticktock.proto.v1.TaskExecution;
import java.util.List;
import java.util.Optional;

/** What travels over a FINAL edge: a Task's result, or what a Plan passes on. */
public final class Outputs {

    private Outputs() {}

    public static GetOutputResponse of(TaskExecution execution) {
        return output(execution.getResult().getPayload());
    }

    /**
     * What the Plan itself passes on with this choice; empty when that is what arrived at it. NOT_FOUND when it made no
     * such choice.
     */
    public static Optional<GetOutputResponse> of(PlanExecution execution, int choice) {
        PlanResult result = execution.getResult();
        if (choice < 0 || choice >= result.getNextTaskIdsCount()) {
            throw new Failure(FailureCode.NOT_FOUND, "there is no choice " + choice + " of this execution");
        }
        if (result.hasPackedInputs()) {
            return slice(result.getPackedInputs(), choice).map(GetOutputResponse.Builder::build);
        }
        if (choice >= result.getInputsCount() || isEmpty(result.getInputs(choice))) {
            return Optional.empty();
        }
        return Optional.of(output(result.getInputs(choice)));
    }

    /** What arrived at the Plan: these records, in branch order. What guardrails rejected gives nothing. */
    public static GetOutputResponse arrived(PlanExecution execution, List<TaskExecution> arrived) {
        if (!execution.getJoined() && arrived.size() == 1) {
            return output(payload(execution, arrived.get(0)));
        }
        GetOutputResponse.Builder joined = GetOutputResponse.newBuilder();
        arrived.forEach(task -> joined.addJoined(payload(execution, task)));
        return joined.build();
    }

    private static Payload payload(PlanExecution execution, TaskExecution task) {
        return execution.containsRejected(task.getHeaders().getExecId())
                ? Payload.getDefaultInstance()
                : task.getResult().getPayload();
    }

    private static Optional<GetOutputResponse.Builder> slice(PackedInputs packed, int choice) {
        if (choice >= packed.getSizesBytesCount() || packed.getSizesBytes(choice) < 0) {
            return Optional.empty();
        }
        long offset = packed.getSizesBytesList().subList(0, choice).stream()
                .mapToLong(size -> Math.max(size, 0))
                .sum();
        BlobSlice.Builder slice = BlobSlice.newBuilder()
                .setBlob(packed.getBlob())
                .setOffsetBytes(offset)
                .setSizeBytes(packed.getSizesBytes(choice))
                .setMediaType(packed.getMediaType());
        return Optional.of(GetOutputResponse.newBuilder().setSlice(slice));
    }

    private static boolean isEmpty(Payload payload) {
        return payload.getContentCase() == Payload.ContentCase.CONTENT_NOT_SET;
    }

    private static GetOutputResponse output(Payload payload) {
        return GetOutputResponse.newBuilder().setOutput(payload).build();
    }
}
