package io.ticktock.cluster;

import io.ticktock.proto.v1.MemberMessage;
import io.ticktock.proto.v1.MemberStatement;
import io.ticktock.proto.v1.ServedChange;
import io.ticktock.proto.v1.ServedDestination;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** What this member says of itself, and what it serves for this process alone. Changed on one thread, read on any. */
final class OwnStatement {

    private final MemberFacts facts;
    private final Map<String, List<RegistrationInfo>> served = new ConcurrentHashMap<>();
    private volatile NodeInfo bus;
    private long version;

    OwnStatement(MemberFacts facts) {
        this.facts = facts;
    }

    int protocol() {
        return facts.protocol();
    }

    /** 0 as long as there is nothing to tell. */
    long version() {
        return version;
    }

    /** Where this member's event bus listens, once it does. */
    Optional<NodeInfo> bus() {
        return Optional.ofNullable(bus);
    }

    List<RegistrationInfo> at(String destination) {
        return served.getOrDefault(destination, List.of());
    }

    /** From now on there is something to tell; all of it. */
    MemberMessage reachableAt(NodeInfo info) {
        bus = info;
        version++;
        return whole();
    }

    /** What to tell the others of it, if anything. */
    Optional<MemberMessage> add(String destination, RegistrationInfo handler) {
        return change(destination, handler, handlers -> handlers.add(handler));
    }

    /** What to tell the others of it, if anything. */
    Optional<MemberMessage> remove(String destination, RegistrationInfo handler) {
        return change(destination, handler, handlers -> handlers.remove(handler));
    }

    private Optional<MemberMessage> change(
            String destination, RegistrationInfo handler, Consumer<List<RegistrationInfo>> change) {
        List<RegistrationInfo> handlers = new ArrayList<>(at(destination));
        change.accept(handlers);
        if (handlers.isEmpty()) {
            served.remove(destination);
        } else {
            served.put(destination, List.copyOf(handlers));
        }
        if (bus == null || handler.localOnly()) {
            return Optional.empty();
        }
        version++;
        ServedChange told = ServedChange.newBuilder()
                .setVersion(version)
                .setServed(shared(destination, handlers))
                .build();
        return Optional.of(MemberMessage.newBuilder().setChange(told).build());
    }

    /** All there is to tell; only once this member is reachable. */
    MemberMessage whole() {
        MemberStatement.Builder statement = MemberStatement.newBuilder()
                .setVersion(version)
                .setBusHost(bus.host())
                .setBusPort(bus.port())
                .setProtocol(facts.protocol())
                .setInstanceId(facts.instanceId())
                .addAllModules(facts.modules())
                .setKeepsBlobFiles(facts.keepsBlobFiles());
        served.forEach((destination, handlers) -> {
            ServedDestination shared = shared(destination, handlers);
            if (shared.getHandlersCount() > 0) {
                statement.addServed(shared);
            }
        });
        return MemberMessage.newBuilder().setStatement(statement).build();
    }

    private static ServedDestination shared(String destination, List<RegistrationInfo> handlers) {
        ServedDestination.Builder shared = ServedDestination.newBuilder().setDestination(destination);
        handlers.stream().filter(handler -> !handler.localOnly()).forEach(handler -> shared.addHandlers(handler.seq()));
        return shared.build();
    }
}
