package io.ticktock.testkit.simulation;

import java.time.Duration;

/**
 * How often what goes wrong with what a store is asked.
 *
 * @param failed share that fails before anything is done, 0 to 1
 * @param halfFailed share that is done, and whoever asked is told that it failed
 * @param slow share that takes up to the longest time, before or after it is done
 * @param longest time
 */
public record StoreFaults(double failed, double halfFailed, double slow, Duration longest) {

    /** Everything goes well. */
    public static final StoreFaults NONE = new StoreFaults(0, 0, 0, Duration.ZERO);

    /** Nothing gets through. */
    public static final StoreFaults AWAY = new StoreFaults(1, 0, 0, Duration.ZERO);

    public StoreFaults {
        if (failed < 0 || halfFailed < 0 || slow < 0 || failed + halfFailed + slow > 1) {
            throw new IllegalArgumentException("shares of requests must be 0 to 1, also together");
        }
    }
}
