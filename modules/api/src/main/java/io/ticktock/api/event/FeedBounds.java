package io.ticktock.api.event;

import java.time.Duration;

/**
 * What listeners may take.
 *
 * @param listeners at a time
 * @param listenersOfTenant at a time, of one tenant
 * @param heartbeat a listener who hears nothing hears a heartbeat after so long
 * @param slow a listener who takes nothing is cut off after so long
 */
public record FeedBounds(int listeners, int listenersOfTenant, Duration heartbeat, Duration slow) {

    public static final FeedBounds STANDARD =
            new FeedBounds(20_000, 12_000, Duration.ofSeconds(15), Duration.ofSeconds(30));
}
