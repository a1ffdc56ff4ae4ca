package io.ticktock.cluster;

import io.ticktock.proto.v1.MemberStatement;
import io.ticktock.proto.v1.ServedChange;
import io.ticktock.proto.v1.ServedDestination;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Another member's statement, as far as it was heard. Changed on one thread; read on any, but for its version. */
final class KnownMember {

    private final String name;
    private final NodeInfo bus;
    private final MemberFacts facts;
    private final boolean isUnderstood;
    private final Map<String, List<RegistrationInfo>> served = new ConcurrentHashMap<>();
    private long version;

    private KnownMember(String name, NodeInfo bus, MemberFacts facts, boolean isUnderstood, long version) {
        this.name = name;
        this.bus = bus;
        this.facts = facts;
        this.isUnderstood = isUnderstood;
        this.version = version;
    }

    /** @param protocol of whoever hears it; nothing that a member of another one serves is asked of it */
    static KnownMember of(String name, MemberStatement statement, int protocol) {
        KnownMember member = new KnownMember(
                name,
                new NodeInfo(statement.getBusHost(), statement.getBusPort(), null),
                new MemberFacts(
                        statement.getProtocol(),
                        statement.getInstanceId(),
                        statement.getModulesList(),
                        statement.getKeepsBlobFiles()),
                statement.getProtocol() == protocol,
                statement.getVersion());
        statement.getServedList().forEach(member::serves);
        return member;
    }

    private void serves(ServedDestination destination) {
        if (!isUnderstood) {
            return;
        }
        if (destination.getHandlersCount() == 0) {
            served.remove(destination.getDestination());
            return;
        }
        served.put(
                destination.getDestination(),
                destination.getHandlersList().stream()
                        .map(handler -> new RegistrationInfo(name, handler, false))
                        .toList());
    }

    /** @param change the next after the version that is known */
    void apply(ServedChange change) {
        serves(change.getServed());
        version = change.getVersion();
    }

    long version() {
        return version;
    }

    NodeInfo bus() {
        return bus;
    }

    MemberFacts facts() {
        return facts;
    }

    List<RegistrationInfo> at(String destination) {
        return served.getOrDefault(destination, List.of());
    }

    Set<String> destinations() {
        return Set.copyOf(served.keySet());
    }

    /**
     * Where something else listens than before.
     *
     * @param before null where nothing was known
     */
    Set<String> differences(KnownMember before) {
        if (before == null) {
            return destinations();
        }
        Set<String> all = new HashSet<>(served.keySet());
        all.addAll(before.served.keySet());
        all.removeIf(destination -> at(destination).equals(before.at(destination)));
        return all;
    }
}
