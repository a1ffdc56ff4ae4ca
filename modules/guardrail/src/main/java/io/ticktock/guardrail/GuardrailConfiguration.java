package io.ticktock.guardrail;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The configuration key {@code guardrail}.
 *
 * @param policies a policy file or a folder of them; none when empty
 * @param reloadInterval how often they are looked at for changes, 100 ms to 1 h
 */
public record GuardrailConfiguration(Optional<Path> policies, Duration reloadInterval) {

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(1);

    public GuardrailConfiguration {
        if (reloadInterval.compareTo(SHORTEST) < 0 || reloadInterval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "guardrail.reload_interval must be 100ms to 1h, not " + reloadInterval.toMillis() + "ms");
        }
    }
}
