package io.ticktock.control;

import io.ticktock.bus.tenant.FairQueue;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The room for attempts of one kind in executors' hands: how much there is in all and for each tenant, and the lifetimes
 * that wait for some, by turns of tenants, and of a tenant's lifetimes.
 */
final class Outlet {

    private final int most;
    private final ToLongFunction<String> mostOf;
    private final FairQueue<Resident> waiting = new FairQueue<>();
    private final Map<String, Integer> inFlightOf = new HashMap<>();
    private int inFlight;
    private int queued;

    /** @param mostOf a tenant may have at present */
    Outlet(int most, ToLongFunction<String> mostOf) {
        this.most = most;
        this.mostOf = mostOf;
    }

    int inFlight() {
        return inFlight;
    }

    /** How many attempts wait for room. */
    int queued() {
        return queued;
    }

    boolean hasRoomFor(String tenantId) {
        return inFlight < most && mayTakeMore(tenantId);
    }

    private boolean mayTakeMore(String tenantId) {
        return inFlightOf.getOrDefault(tenantId, 0) < mostOf.applyAsLong(tenantId);
    }

    void take(String tenantId) {
        inFlight++;
        inFlightOf.merge(tenantId, 1, Integer::sum);
    }

    void giveBack(String tenantId) {
        inFlight--;
        inFlightOf.computeIfPresent(tenantId, (id, count) -> count == 1 ? null : count - 1);
    }

    void enqueue(Resident resident, String execId) {
        if (resident.queued(this).add(execId)) {
            queued++;
            waiting.add(resident.state.tenantId(), resident);
        }
    }

    void unqueue(Resident resident, String execId) {
        if (resident.queued(this).remove(execId)) {
            queued--;
            forgetIfNothingWaits(resident);
        }
    }

    void unqueueAll(Resident resident) {
        queued -= resident.queued(this).size();
        resident.queued(this).clear();
        forgetIfNothingWaits(resident);
    }

    private void forgetIfNothingWaits(Resident resident) {
        if (resident.queued(this).isEmpty()) {
            waiting.remove(resident.state.tenantId(), resident);
        }
    }

    /** Takes everything that waits out of the queue. */
    void clear() {
        waiting.drain().forEach(resident -> resident.queued(this).clear());
        queued = 0;
    }

    /** The lifetime whose turn it is, of a tenant that may have more; null when there is none, or no room. */
    Resident next() {
        return inFlight < most ? waiting.poll(this::mayTakeMore) : null;
    }

    /** Takes the first attempt of the lifetime whose turn it is; it waits for its next turn if it has others. */
    String takeFirst(Resident resident) {
        var execIds = resident.queued(this).iterator();
        String first = execIds.next();
        execIds.remove();
        queued--;
        if (!resident.queued(this).isEmpty()) {
            waiting.add(resident.state.tenantId(), resident);
        }
        return first;
    }
}
