package io.ticktock.sdk;

import java.util.OptionalLong;

/**
 * The most that one attempt may use: what a budget has set aside for it.
 *
 * @param maxTokens tokens of all kinds together
 * @param maxCostMicros millionths of a US dollar
 */
public record UsageLimits(OptionalLong maxTokens, OptionalLong maxCostMicros) {

    public static final UsageLimits NONE = new UsageLimits(OptionalLong.empty(), OptionalLong.empty());
}
