package io.ticktock.api.access;

import io.ticktock.proto.v1.Role;
import java.util.Set;

/**
 * Who asks, by the credential; nothing that a request says changes it.
 *
 * @param actor names the caller in logs, such as {@code key:3f9a…}
 * @param remoteAddress where the request came from
 */
public record Caller(String tenantId, String actor, Set<Role> roles, String remoteAddress) {

    /** The tenant that operates the system: its administrators administer the others. */
    public static final String OPERATING_TENANT = "default";

    public Caller {
        roles = Set.copyOf(roles);
    }

    /** An administrator may do what anybody may. */
    public boolean hasOneOf(Set<Role> allowed) {
        return roles.contains(Role.ROLE_ADMIN) || roles.stream().anyMatch(allowed::contains);
    }

    /** Whether tenants other than its own are this caller's business. */
    public boolean administersSystem() {
        return tenantId.equals(OPERATING_TENANT) && roles.contains(Role.ROLE_ADMIN);
    }
}
