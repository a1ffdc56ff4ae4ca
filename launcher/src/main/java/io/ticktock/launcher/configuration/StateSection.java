package io.ticktock.launcher.configuration;

import io.ticktock.bus.Failure;
import io.ticktock.state.DatabaseAddress;
import io.ticktock.state.StateConfiguration;

/**
 * The configuration key {@code state}. Where the embedded database listens is known only once it runs.
 *
 * @param databaseUrl of the PostgreSQL to use; empty for the embedded one
 * @param bounds the rest, at no particular address
 */
public record StateSection(String databaseUrl, StateConfiguration bounds) {

    public StateSection {
        if (!databaseUrl.isEmpty()) {
            requireAddress(databaseUrl);
        }
    }

    private static void requireAddress(String url) {
        try {
            DatabaseAddress.parse(url);
        } catch (Failure failure) {
            throw new IllegalArgumentException("state.database_url cannot be used: " + failure.getMessage(), failure);
        }
    }

    /** The configuration of a store at this address. */
    public StateConfiguration at(DatabaseAddress database) {
        return new StateConfiguration(
                database,
                bounds.poolSize(),
                bounds.timeoutMs(),
                bounds.patienceMs(),
                bounds.queueRows(),
                bounds.queueStarts(),
                bounds.queueBytes(),
                bounds.flushRows(),
                bounds.flushBytes(),
                bounds.cacheBytes(),
                bounds.storedBytes());
    }
}
