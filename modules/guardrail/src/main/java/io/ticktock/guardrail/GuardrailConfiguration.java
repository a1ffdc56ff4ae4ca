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
 * @param maxContentBytes how large a result may be that policies look into, 1 KiB to 32 MiB
 */
public record GuardrailConfiguration(
        Optional<Path> policies, Duration reloadInterval, Duration usageRefresh, int maxContentBytes) {

    private static final int SMALLEST_CONTENT = 1 << 10;
    private static final int LARGEST_CONTENT = 32 << 20;

    public GuardrailConfiguration {
        within("reload_interval", reloadInterval, Duration.ofMillis(100), Duration.ofHours(1));
        within("usage_refresh", usageRefresh, Duration.ofMillis(10), Duration.ofMinutes(1));
        if (maxContentBytes < SMALLEST_CONTENT || maxContentBytes > LARGEST_CONTENT) {
            throw new IllegalArgumentException("guardrail.max_content_bytes must be " + SMALLEST_CONTENT + " to "
                    + LARGEST_CONTENT + ", not " + maxContentBytes);
        }
    }

    private static void within(String key, Duration value, Duration shortest, Duration longest) {
        if (value.compareTo(shortest) < 0 || value.compareTo(longest) > 0) {
            throw new IllegalArgumentException("guardrail." + key + " must be " + Durations.format(shortest) + " to "
                    + Durations.format(longest) + ", not " + Durations.format(value));
        }
    }
}
