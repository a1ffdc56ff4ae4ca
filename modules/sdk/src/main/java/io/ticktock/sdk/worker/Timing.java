package io.ticktock.sdk.worker;

import java.time.Duration;

/**
 * How patient a worker is with its server.
 *
 * @param firstRetry after the first failure to connect; each further one waits twice as long
 * @param longestRetry the longest wait between two tries
 * @param welcome how long a stream may take until the server's welcome
 * @param silence how long nothing may come from the server, pings being answered, until the connection counts as lost
 */
record Timing(Duration firstRetry, Duration longestRetry, Duration welcome, Duration silence) {

    static final Timing STANDARD =
            new Timing(Duration.ofMillis(100), Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofSeconds(10));
}
