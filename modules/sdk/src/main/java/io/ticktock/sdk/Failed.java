package io.ticktock.sdk;

import java.time.Duration;
import java.util.Optional;

/**
 * The attempt did not succeed.
 *
 * @param code stable, lower_snake_case; what {@code non_retryable} lists in a graph
 * @param message one sentence for people
 * @param retryable whether another attempt may succeed
 * @param retryAfter how long the outside system asked to be left alone before the next attempt
 */
public record Failed(String code, String message, boolean retryable, Optional<Duration> retryAfter)
        implements TaskOutcome, PlanOutcome {}
