package io.ticktock.api.operation;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;

/** Refuses what nobody outside could tell a lifetime: the words of children and parents, and what would be too long to keep. */
final class SignalCheck {

    static final int LONGEST_REASON = 1_000;
    static final int LONGEST_ID = 255;
    static final int MOST_CONDITIONS = 16;

    private SignalCheck() {}

    /** Throws INVALID_ARGUMENT, or as {@link Ids} does. */
    static void require(SignalLifetimeRequest request) {
        Signal signal = request.getSignal();
        Ids.require(signal.getLifetimeId(), "lifetime");
        String reason = switch (signal.getCommandCase()) {
            case PAUSE -> signal.getPause().getReason();
            case RESUME -> signal.getResume().getReason();
            case ABORT -> signal.getAbort().getReason();
            case ANSWER -> "";
            case CHILD_ENDED, WORKER_READY, COMMAND_NOT_SET ->
                throw invalid("signal must have one of pause, resume, abort and answer");
        };
        if (reason.length() > LONGEST_REASON) {
            throw invalid("reason must have at most " + LONGEST_REASON + " characters, not " + reason.length());
        }
        String id = signal.getSignalId();
        if (id.length() > LONGEST_ID || id.chars().anyMatch(Character::isISOControl)) {
            throw invalid("signal_id must have at most " + LONGEST_ID + " characters, and no control characters");
        }
        requireFewConditions(request.getIfLastSeqCount());
    }

    static void requireFewConditions(int conditions) {
        if (conditions > MOST_CONDITIONS) {
            throw invalid("if_last_seq must have at most " + MOST_CONDITIONS + " numbers");
        }
    }

    private static Failure invalid(String fault) {
        return new Failure(FailureCode.INVALID_ARGUMENT, fault);
    }
}
