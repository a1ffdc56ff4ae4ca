package io.ticktock.bus.tenant;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What waits, by tenant: tenants take turns, and of one tenant what came first goes first. What waits already is not added
 * again. It has no bound of its own; whoever adds looks at the sizes. Not for several threads at once.
 */
public final class FairQueue<T> {

    /** The tenants of which something waits; whose turn is next comes first. */
    private final Map<String, Set<T>> lines = new LinkedHashMap<>();

    private int size;

    /** Whether it was added, or waits already. */
    public boolean add(String tenantId, T item) {
        boolean added =
                lines.computeIfAbsent(tenantId, tenant -> new LinkedHashSet<>()).add(item);
        size += added ? 1 : 0;
        return added;
    }

    /** Whether it waited. */
    public boolean remove(String tenantId, T item) {
        Set<T> line = lines.get(tenantId);
        if (line == null || !line.remove(item)) {
            return false;
        }
        size--;
        if (line.isEmpty()) {
            lines.remove(tenantId);
        }
        return true;
    }

    /** What {@link #poll()} would take; null when nothing waits. */
    public T peek() {
        return isEmpty() ? null : lines.values().iterator().next().iterator().next();
    }

    /** Takes the first of the tenant whose turn it is; null when nothing waits. */
    public T poll() {
        return poll(tenant -> true);
    }

    /** Takes the first of the first tenant that may go; the others keep their turn. Null when nothing may. */
    public T poll(Predicate<String> mayGo) {
        Iterator<Map.Entry<String, Set<T>>> tenants = lines.entrySet().iterator();
        while (tenants.hasNext()) {
            Map.Entry<String, Set<T>> tenant = tenants.next();
            if (mayGo.test(tenant.getKey())) {
                tenants.remove();
                return first(tenant.getKey(), tenant.getValue());
            }
        }
        return null;
    }

    private T first(String tenantId, Set<T> line) {
        Iterator<T> items = line.iterator();
        T first = items.next();
        items.remove();
        size--;
        if (!line.isEmpty()) {
            lines.put(tenantId, line);
        }
        return first;
    }

    /** Takes everything. */
    public List<T> drain() {
        List<T> all = new ArrayList<>(size);
        lines.values().forEach(all::addAll);
        lines.clear();
        size = 0;
        return all;
    }

    public int size() {
        return size;
    }

    public int size(String tenantId) {
        Set<T> line = lines.get(tenantId);
        return line == null ? 0 : line.size();
    }

    public boolean isEmpty() {
        return size == 0;
    }
}
