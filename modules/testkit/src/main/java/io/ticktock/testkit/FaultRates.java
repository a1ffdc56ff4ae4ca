package io.ticktock.testkit;

import java.time.Duration;

/**
 * How often what goes wrong with a message; what is left over arrives once and at once.
 *
 * @param lost share of the messages, 0 to 1
 * @param repeated share that arrives at once and once more later
 * @param delayed share that arrives later, behind others that were sent after it
 * @param longest delay, at least 1 ms; also how long it takes until a loss is noticed
 */
public record FaultRates(double lost, double repeated, double delayed, Duration longest) {

    public FaultRates {
        if (lost < 0 || repeated < 0 || delayed < 0 || lost + repeated + delayed > 1) {
            throw new IllegalArgumentException("shares of messages must be 0 to 1, also together");
        }
        if (longest.toMillis() < 1) {
            throw new IllegalArgumentException("the longest delay must be at least 1 ms, not " + longest);
        }
    }
}
