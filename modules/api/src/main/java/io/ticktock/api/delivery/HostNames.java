package io.ticktock.api.delivery;

import io.ticktock.bus.outside.HostResolver;
import io.ticktock.bus.tenant.FairQueue;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the addresses of hosts, a few at a time, so that names which take long to be found hold up only those of their own
 * tenant. A name is looked for once at a time for a tenant, however many ask: as many wait as a tenant has names. For one event
 * loop.
 */
final class HostNames {

    private final HostResolver resolver;
    private final int most;
    private final int mostOfTenant;
    private final Map<Name, Promise<List<InetAddress>>> asked = new HashMap<>();
    private final FairQueue<Name> waiting = new FairQueue<>();
    private final Map<String, Integer> runningOf = new HashMap<>();
    private int running;

    private record Name(String tenantId, String host) {}

    /** @param most how many at a time, and of those of one tenant */
    HostNames(HostResolver resolver, int most, int mostOfTenant) {
        this.resolver = resolver;
        this.most = most;
        this.mostOfTenant = mostOfTenant;
    }

    Future<List<InetAddress>> resolve(String tenantId, String host) {
        Name name = new Name(tenantId, host);
        Promise<List<InetAddress>> known = asked.get(name);
        if (known != null) {
            return known.future();
        }
        Promise<List<InetAddress>> promise = Promise.promise();
        asked.put(name, promise);
        waiting.add(tenantId, name);
        pump();
        return promise.future();
    }

    private void pump() {
        while (running < most) {
            Name next = waiting.poll(tenant -> runningOf.getOrDefault(tenant, 0) < mostOfTenant);
            if (next == null) {
                return;
            }
            begin(next);
        }
    }

    private void begin(Name name) {
        running++;
        runningOf.merge(name.tenantId(), 1, Integer::sum);
        resolver.resolve(name.host()).onComplete(found -> {
            running--;
            runningOf.computeIfPresent(name.tenantId(), (tenant, count) -> count == 1 ? null : count - 1);
            asked.remove(name).handle(found);
            pump();
        });
    }
}
