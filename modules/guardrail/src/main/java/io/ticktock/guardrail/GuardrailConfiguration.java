package io.ticktock.guardrail;

import io.ticktock.graph.settings.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The configuration key {@code guardrail}.
 *
 * @param policies a policy file or a folder of them; none when empty
 * @param reloadInterval how often they are looked at for changes, 100 ms to 1 h
 * @param usageRefresh how old what a tenant has used in other processes may be, 10 ms to 1 min
 */
public record GuardrailConfiguration(Optional<Path> policies, Duration reloadInterval, Duration usageRefresh) {

    public GuardrailConfiguration {
        within("reload_interval", reloadInterval, Duration.ofMillis(100), Duration.ofHours(1));
        within("usage_refresh", usageRefresh, Duration.ofMillis(10), Duration.ofMinutes(1));
    }

    private static void within(String key, Duration value, Duration shortest, Duration longest) {
        if (value.compareTo(shortest) < 0 || value.compareTo(longest) > 0) {
            throw new IllegalArgumentException("guardrail." + key + " must be " + Durations.format(shortest) + " to "
                    + Durations.format(longest) + ", not " + Durations.format(value));
        }
    }
}
