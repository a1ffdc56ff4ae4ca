package io.ticktock.state;

import java.util.Comparator;
import java.util.UUID;

/**
 * How far the stream of a tenant's events has been read: up to this event, or where no event is, up to before the next one.
 *
 * @param batch the number of the transaction that logged it
 * @param lifetimeId in the order of the database
 */
public record StreamPosition(long batch, UUID lifetimeId, long seq) implements Comparable<StreamPosition> {

    private static final UUID NO_LIFETIME = new UUID(0, 0);

    public static final StreamPosition OLDEST = before(0);

    /** Bytes without a sign, as the database compares ids. */
    private static final Comparator<UUID> IDS = Comparator.comparing(
                    UUID::getMostSignificantBits, Long::compareUnsigned)
            .thenComparing(UUID::getLeastSignificantBits, Long::compareUnsigned);

    private static final Comparator<StreamPosition> ORDER = Comparator.comparingLong(StreamPosition::batch)
            .thenComparing(StreamPosition::lifetimeId, IDS)
            .thenComparingLong(StreamPosition::seq);

    /** Of whatever is in lower batches, and of nothing in this one. */
    public static StreamPosition before(long batch) {
        return new StreamPosition(batch, NO_LIFETIME, 0);
    }

    @Override
    public int compareTo(StreamPosition other) {
        return ORDER.compare(this, other);
    }
}
