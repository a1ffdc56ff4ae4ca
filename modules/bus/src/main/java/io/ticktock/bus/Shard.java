package io.ticktock.bus;

import java.util.UUID;

/** One of a fixed number of groups of lifetimes; each is driven by one process at a time. */
public record Shard(int number) {

    /** Fixed for the life of a database: the number is stored with each lifetime. */
    public static final int COUNT = 64;

    public Shard {
        if (number < 0 || number >= COUNT) {
            throw new IllegalArgumentException("shard must be 0 to " + (COUNT - 1) + ", not " + number);
        }
    }

    /** The shard of a lifetime, from the random half of its UUID. */
    public static Shard of(UUID lifetimeId) {
        return new Shard((int) (lifetimeId.getLeastSignificantBits() & (COUNT - 1)));
    }

    /** How many each of so many owners holds when all hold about as many, rounded up. */
    public static int fairShare(long owners) {
        return (int) ((COUNT + owners - 1) / owners);
    }

    /** As {@link #of(UUID)}; throws IllegalArgumentException when the text is not a UUID. */
    public static Shard of(String lifetimeId) {
        return of(UUID.fromString(lifetimeId));
    }
}
