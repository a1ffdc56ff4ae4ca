package io.ticktock.mcp;

import java.util.HashMap;
import java.util.Map;

/**
 * How many requests a server has at once. Where it serves several tenants, none of them takes all: who asks it for what lasts
 * long leaves a quarter to the others.
 */
final class Places {

    private final int most;
    private final int mostOfTenant;
    private final Map<String, Integer> takenBy = new HashMap<>();
    private int taken;

    Places(ServerConfiguration server) {
        boolean isShared = server.tenants().size() > 1 || server.tenants().contains(ServerConfiguration.ALL);
        this.most = server.maxCalls();
        this.mostOfTenant = isShared ? Math.max(1, most - most / 4) : most;
    }

    /** Whether there was one. */
    synchronized boolean take(String tenantId) {
        int before = takenBy.getOrDefault(tenantId, 0);
        if (taken == most || before == mostOfTenant) {
            return false;
        }
        takenBy.put(tenantId, before + 1);
        taken++;
        return true;
    }

    synchronized void giveBack(String tenantId) {
        takenBy.computeIfPresent(tenantId, (id, count) -> count == 1 ? null : count - 1);
        taken--;
    }

    synchronized boolean areFree() {
        return taken == 0;
    }
}
