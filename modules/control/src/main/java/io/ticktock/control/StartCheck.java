package io.ticktock.control;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.graph.Labels;
import java.util.Map;

/** Refuses what nobody could start a lifetime with. */
final class StartCheck {

    private static final int LONGEST_KEY = 255;

    private StartCheck() {}

    /** Throws INVALID_ARGUMENT. */
    static void require(Map<String, String> labels, String idempotencyKey) {
        Labels.faultOf(labels).ifPresent(StartCheck::refuse);
        if (idempotencyKey.length() > LONGEST_KEY || idempotencyKey.chars().anyMatch(Character::isISOControl)) {
            refuse("an idempotency key must have at most " + LONGEST_KEY + " characters, and no control characters");
        }
    }

    private static void refuse(String fault) {
        throw new Failure(FailureCode.INVALID_ARGUMENT, fault);
    }
}
