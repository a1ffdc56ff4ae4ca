package io.ticktock.state;

import java.util.UUID;

/** Identity of a lifetime. */
record LifetimeIdentity(String tenantId, UUID lifetimeId) {

    /** Throws INVALID_ARGUMENT when one is missing or not a UUID. */
    static LifetimeIdentity of(String tenantId, String lifetimeId) {
        return new LifetimeIdentity(Ids.tenant(tenantId), Ids.lifetime(lifetimeId));
    }
}
