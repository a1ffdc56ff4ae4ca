package io.ticktock.executor;

import io.ticktock.proto.v1.PackedInputs;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PlanResult;
import java.util.Optional;

/**
 * A Plan's durable record, prepared for the many Tasks that it may have chosen.
 *
 * @param packedOffsets where each choice's input starts in the blob of packed inputs; empty when they are not packed
 */
@SuppressWarnings("ArrayRecordComponent")
record RecordedPlan(PlanExecution execution, long[] packedOffsets) {

    private static final int ENVELOPE_BYTES = 1_500;
    private static final int CHOICE_BYTES = 200;

    /** A part of a blob. */
    record Range(String uri, long offset, long length, String mediaType) {}

    static RecordedPlan of(PlanExecution execution) {
        PackedInputs packed = execution.getResult().getPackedInputs();
        long[] offsets = new long[packed.getSizesBytesCount()];
        long offset = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = offset;
            offset += Math.max(packed.getSizesBytes(i), 0);
        }
        return new RecordedPlan(execution, offsets);
    }

    /** What the plan passed to this choice, unless it is packed or passes on what arrived. */
    Optional<Payload> payload(int choice) {
        PlanResult result = execution.getResult();
        if (choice >= result.getInputsCount()) {
            return Optional.empty();
        }
        Payload payload = result.getInputs(choice);
        return payload.getContentCase() == Payload.ContentCase.CONTENT_NOT_SET
                ? Optional.empty()
                : Optional.of(payload);
    }

    /** Where the input of this choice is packed, if it is. */
    Optional<Range> packed(int choice) {
        PackedInputs packed = execution.getResult().getPackedInputs();
        if (choice >= packedOffsets.length || packed.getSizesBytes(choice) < 0) {
            return Optional.empty();
        }
        return Optional.of(new Range(
                packed.getBlob().getUri(), packedOffsets[choice], packed.getSizesBytes(choice), packed.getMediaType()));
    }

    int weightBytes() {
        PlanResult result = execution.getResult();
        long inputs = 0;
        for (Payload input : result.getInputsList()) {
            inputs += input.getInline().size();
        }
        long choices = (long) CHOICE_BYTES * result.getNextTaskIdsCount();
        return (int) Math.min(ENVELOPE_BYTES + choices + inputs, Integer.MAX_VALUE);
    }
}
