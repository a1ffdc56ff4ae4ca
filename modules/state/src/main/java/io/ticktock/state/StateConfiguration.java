package io.ticktock.state;

/**
 * How the store reaches PostgreSQL, and its bounds.
 *
 * @param database address and credentials
 * @param poolSize connections for reads of the planes and, as many again, for reads of tenants; 1 to 64. The lanes of
 *     group commit have three more.
 * @param timeoutMs after which a statement without an answer has failed; 100 to 60,000
 * @param patienceMs how long a write is tried while the database is away; timeoutMs to 600,000
 * @param queueRows how many records, and how many decisions, may wait for their flush; 1 to 1,000,000
 * @param queueStarts how many new lifetimes may; smaller, since what runs goes before what starts
 * @param queueBytes how many bytes may wait in each queue
 * @param flushRows at most this many rows a flush; 1 to 10,000
 * @param flushBytes at most this many bytes a flush, unless one row alone is larger
 * @param cacheBytes roughly how much heap recently written records and inputs may take, since they are read at once
 * @param storedBytes how many bytes a tenant may have stored, where the tenant's own quota does not say
 */
public record StateConfiguration(
        DatabaseAddress database,
        int poolSize,
        long timeoutMs,
        long patienceMs,
        int queueRows,
        int queueStarts,
        long queueBytes,
        int flushRows,
        long flushBytes,
        long cacheBytes,
        long storedBytes) {

    public StateConfiguration {
        within("pool_size", poolSize, 1, 64);
        within("timeout_ms", timeoutMs, 100, 60_000);
        within("patience_ms", patienceMs, timeoutMs, 600_000);
        within("queue_rows", queueRows, 1, 1_000_000);
        within("queue_starts", queueStarts, 1, queueRows);
        within("queue_bytes", queueBytes, 1 << 16, 1L << 34);
        within("flush_rows", flushRows, 1, 10_000);
        within("flush_bytes", flushBytes, 1 << 10, 1L << 28);
        within("cache_bytes", cacheBytes, 0, 1L << 40);
        within("quotas.stored_bytes", storedBytes, 1, Long.MAX_VALUE);
    }

    /** With what suits one process on two to sixteen cores. */
    public static StateConfiguration of(DatabaseAddress database) {
        return new StateConfiguration(
                database, 4, 5_000, 8_000, 16_384, 2_048, 64L << 20, 512, 8L << 20, 24L << 20, 1L << 40);
    }

    GroupCommit.Limits limits(int queued) {
        return new GroupCommit.Limits(queued, queueBytes, flushRows, flushBytes, patienceMs);
    }

    private static void within(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("state." + key + " must be " + least + " to " + most + ", not " + value);
        }
    }
}
