package io.ticktock.control;

import java.time.Duration;

/**
 * Settings of the control plane.
 *
 * @param ownerId under which it holds shards; a process that starts again under the same id takes over from its former
 *     self at once
 * @param lease how long it holds shards without renewal, 1 s to 5 min
 * @param maxResident lifetimes in memory before new starts are refused and those that are due wait, 1 to 1,000,000
 * @param maxInFlight attempts of built-in types in executors' hands at a time, 1 to 100,000
 * @param maxRemoteInFlight attempts of authors' types in executors' and workers' hands at a time, 1 to 1,000,000
 * @param sweepInterval how often it looks for what the bus did not tell, 50 ms to 1 s
 * @param parkAfter a lifetime that waits at least this long for its next timer leaves memory, 0 to 1 h
 * @param recoveryPerSecond lifetimes that are brought into memory a second when shards were taken, about, 10 to 100,000
 * @param quotas of tenants that have none of their own
 */
public record ControlConfiguration(
        String ownerId,
        Duration lease,
        int maxResident,
        int maxInFlight,
        int maxRemoteInFlight,
        Duration sweepInterval,
        Duration parkAfter,
        int recoveryPerSecond,
        ControlQuotas quotas) {

    private static final int STANDARD_RECOVERY_PER_SECOND = 2_000;

    public ControlConfiguration {
        if (ownerId.isBlank()) {
            throw new IllegalArgumentException("control.owner_id must not be empty");
        }
        requireBetween("control.lease", lease, Duration.ofSeconds(1), Duration.ofMinutes(5));
        requireBetween("control.max_resident", maxResident, 1, 1_000_000);
        requireBetween("control.max_in_flight", maxInFlight, 1, 100_000);
        requireBetween("control.max_remote_in_flight", maxRemoteInFlight, 1, 1_000_000);
        requireBetween("control.sweep_interval", sweepInterval, Duration.ofMillis(50), Duration.ofSeconds(1));
        requireBetween("control.recovery_per_second", recoveryPerSecond, 10, 100_000);
        requireBetween("control.park_after", parkAfter, Duration.ZERO, Duration.ofHours(1));
    }

    /** What a single process needs. */
    public static ControlConfiguration defaults(String ownerId) {
        return new ControlConfiguration(
                ownerId,
                Duration.ofSeconds(10),
                20_000,
                4_096,
                16_384,
                Duration.ofMillis(500),
                Duration.ofSeconds(2),
                STANDARD_RECOVERY_PER_SECOND,
                ControlQuotas.standard());
    }

    /** With these bounds, and the others as a single process needs them. */
    public static ControlConfiguration of(
            String ownerId,
            Duration lease,
            int maxResident,
            int maxInFlight,
            Duration sweepInterval,
            Duration parkAfter) {
        return new ControlConfiguration(
                ownerId,
                lease,
                maxResident,
                maxInFlight,
                maxInFlight,
                sweepInterval,
                parkAfter,
                STANDARD_RECOVERY_PER_SECOND,
                ControlQuotas.standard());
    }

    private static void requireBetween(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(key + " must be " + least.toMillis() + " ms to " + most.toMillis()
                    + " ms, not " + value.toMillis());
        }
    }

    private static void requireBetween(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " must be " + least + " to " + most + ", not " + value);
        }
    }
}
