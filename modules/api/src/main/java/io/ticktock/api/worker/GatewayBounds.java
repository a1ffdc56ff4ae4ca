package io.ticktock.api.worker;

import java.time.Duration;

/**
 * What workers may take, and how long is waited for whom.
 *
 * @param sessions workers connected at a time
 * @param sessionsOfTenant workers of one tenant connected at a time
 * @param unclaimed attempts that workers say they have, and no executor has claimed; more are cancelled, to be run again
 * @param completionBytes of outcomes that wait to be recorded; more are refused, to be said again later
 * @param beat how often a gateway says that it is there, and looks after what it has
 * @param heartbeatInterval the longest time between two heartbeats of a worker
 * @param orphanGrace how long an attempt is kept in a worker's hand of which no executor knows
 * @param executorSilence after which an executor is taken for gone; it says every second that it is there
 * @param slow a worker who takes nothing of what it is sent is cut off after so long
 * @param credentialInterval how often it is asked whether a worker still may
 */
public record GatewayBounds(
        int sessions,
        int sessionsOfTenant,
        int unclaimed,
        long completionBytes,
        Duration beat,
        Duration heartbeatInterval,
        Duration orphanGrace,
        Duration executorSilence,
        Duration slow,
        Duration credentialInterval) {

    public static final GatewayBounds STANDARD = new GatewayBounds(
            20_000,
            12_000,
            131_072,
            256L << 20,
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(15));
}
