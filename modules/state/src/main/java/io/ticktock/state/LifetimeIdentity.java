package io.ticktock.state;

import java.util.UUID;

/** Identity of a lifetime. */
public record LifetimeIdentity(String tenantId, UUID lifetimeId) {

    /** Throws INVALID_ARGUMENT when one is missing or not a UUID. */
    public static LifetimeIdentity of(String tenantId, String lifetimeId) {
        return new LifetimeIdentity(Checks.tenant(tenantId), Checks.lifetime(lifetimeId));
    }
}
