package io.ticktock.api.operation;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.AbortCommand;
import io.ticktock.proto.v1.ChildEnded;
import io.ticktock.proto.v1.PauseCommand;
import io.ticktock.proto.v1.ResumeCommand;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SignalCheckTest {

    private static final String LIFETIME = "0190a1b2-0000-7000-8000-000000000001";
    private static final String LONGEST = "x".repeat(SignalCheck.LONGEST_REASON);

    @Test
    void whatFitsIsTaken() {
        assertDoesNotThrow(() -> SignalCheck.require(paused(LONGEST).build()));
        assertDoesNotThrow(() -> SignalCheck.require(
                with(paused("").getSignal().toBuilder().setSignalId("i".repeat(SignalCheck.LONGEST_ID)))));
    }

    @Test
    void whatIsTooLongToKeepIsRefused() {
        String fault = "reason must have at most 1000 characters, not 1001";
        assertRefused(fault, paused(LONGEST + "x").build());
        assertRefused(fault, with(signal().setResume(ResumeCommand.newBuilder().setReason(LONGEST + "x"))));
        assertRefused(fault, with(signal().setAbort(AbortCommand.newBuilder().setReason(LONGEST + "x"))));
        Signal.Builder signal = paused("").getSignal().toBuilder();
        String id = "signal_id must have at most 255 characters, and no control characters";
        assertRefused(id, with(signal.setSignalId("i".repeat(SignalCheck.LONGEST_ID + 1))));
        assertRefused(id, with(signal.setSignalId("a\nb")));
        assertRefused(
                "if_last_seq must have at most 16 numbers",
                paused("")
                        .addAllIfLastSeq(LongStream.range(0, 17).boxed().toList())
                        .build());
    }

    @Test
    void theWordsOfChildrenAreRefused() {
        String fault = "signal must have one of pause, resume, abort and answer";
        assertRefused(fault, with(signal().setChildEnded(ChildEnded.getDefaultInstance())));
        assertRefused(fault, with(signal()));
    }

    private static Signal.Builder signal() {
        return Signal.newBuilder().setLifetimeId(LIFETIME);
    }

    private static SignalLifetimeRequest.Builder paused(String reason) {
        return with(signal().setPause(PauseCommand.newBuilder().setReason(reason))).toBuilder();
    }

    private static SignalLifetimeRequest with(Signal.Builder signal) {
        return SignalLifetimeRequest.newBuilder().setSignal(signal).build();
    }

    private static void assertRefused(String fault, SignalLifetimeRequest request) {
        Failure refused = assertThrows(Failure.class, () -> SignalCheck.require(request));
        assertEquals(FailureCode.INVALID_ARGUMENT, refused.code());
        assertEquals(fault, refused.getMessage());
    }
}
