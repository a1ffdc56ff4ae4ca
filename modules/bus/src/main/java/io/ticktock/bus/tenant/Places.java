package io.ticktock.bus.tenant;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * So many places that tenants share. A tenant may have three times as many as it leaves free: alone three quarters of them,
 * and however many tenants take what they can get, one that had none yet finds some. For one event loop.
 */
public final class Places {

    private static final int MOST_OF_FREE = 3;

    private final int most;
    private final Map<String, Integer> takenBy = new HashMap<>();
    private int taken;

    /** A place that somebody has taken. */
    public final class Place {

        private final String tenantId;
        private boolean isLeft;

        private Place(String tenantId) {
            this.tenantId = tenantId;
        }

        /** Once or more often. */
        public void leave() {
            if (isLeft) {
                return;
            }
            isLeft = true;
            taken--;
            takenBy.computeIfPresent(tenantId, (id, count) -> count == 1 ? null : count - 1);
        }
    }

    /** @param most 1 and more */
    public Places(int most) {
        this.most = most;
    }

    /** None when all are taken, or too many by this tenant. */
    public Optional<Place> take(String tenantId) {
        if (!hasRoom(tenantId)) {
            return Optional.empty();
        }
        taken++;
        takenBy.merge(tenantId, 1, Integer::sum);
        return Optional.of(new Place(tenantId));
    }

    /** Whether the tenant would be given a place. */
    boolean hasRoom(String tenantId) {
        int free = most - taken;
        return free > 0 && takenBy.getOrDefault(tenantId, 0) / MOST_OF_FREE < free;
    }

    public int taken() {
        return taken;
    }
}
