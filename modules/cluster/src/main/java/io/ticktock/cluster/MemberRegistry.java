package io.ticktock.cluster;

import io.ticktock.proto.v1.MemberMessage;
import io.ticktock.proto.v1.MemberStatement;
import io.ticktock.proto.v1.ServedChange;
import io.ticktock.proto.v1.ServedDestination;
import io.ticktock.proto.v1.StatementHeard;
import io.vertx.core.Completable;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What the members of a cluster serve, as one of them knows it. Each member alone says what it serves, in a statement whose
 * version rises with each change. The others keep a copy for as long as it is a member in their eyes, and say from time to
 * time which version they have; whoever has an old one is told the whole. So nothing is shared that could be locked, nothing has
 * to be made one after a cluster was in parts, and what gets lost on its way is told again.
 *
 * <p>Pure but for what it is given to send and to tell. What is not said to be for any thread is for one.
 */
final class MemberRegistry {

    /** A change is waited for until so many looks are over; who has not heard of it then is not waited for any more. */
    private static final int LOOKS_TO_HEAR = 2;

    private final String own;
    private final MemberFacts facts;
    private final BiConsumer<String, MemberMessage> send;
    private final Consumer<String> changed;

    private final Map<String, List<RegistrationInfo>> served = new ConcurrentHashMap<>();
    private final Map<String, KnownMember> known = new ConcurrentHashMap<>();
    private volatile Set<String> others = Set.of();
    private volatile NodeInfo bus;

    private final Map<String, Long> heard = new HashMap<>();
    private final Set<String> late = new HashSet<>();
    private final Deque<Told> waiting = new ArrayDeque<>();
    private long version;
    private long versionAtLastLook;
    private long looks;

    /** Done once all have heard of the version. */
    private record Told(long version, long sinceLook, Completable<Void> done) {}

    /**
     * @param own name of this member
     * @param send sends a message to a member; it may get lost, but two of them do not overtake each other
     * @param changed is told of each destination at which something changed
     */
    MemberRegistry(String own, MemberFacts facts, BiConsumer<String, MemberMessage> send, Consumer<String> changed) {
        this.own = own;
        this.facts = facts;
        this.send = send;
        this.changed = changed;
    }

    /** All that listens at a destination. For any thread. */
    List<RegistrationInfo> at(String destination) {
        List<RegistrationInfo> found = new ArrayList<>(served.getOrDefault(destination, List.of()));
        known.values().forEach(member -> found.addAll(member.at(destination)));
        return found;
    }

    /** Where a member's event bus listens, if it has said so. For any thread. */
    Optional<NodeInfo> busOf(String member) {
        return member.equals(own)
                ? Optional.ofNullable(bus)
                : Optional.ofNullable(known.get(member)).map(KnownMember::bus);
    }

    /** For any thread. */
    Optional<MemberFacts> factsOf(String member) {
        return Optional.ofNullable(known.get(member)).map(KnownMember::facts);
    }

    /** All members but this one. For any thread. */
    Set<String> others() {
        return others;
    }

    /** This member can be reached: the others are told of it from now on. */
    void reachableAt(NodeInfo info, Completable<Void> told) {
        bus = info;
        version++;
        tellAll(MemberMessage.newBuilder().setStatement(statement()).build(), told);
    }

    /** Something listens here. */
    void add(String destination, RegistrationInfo handler, Completable<Void> told) {
        List<RegistrationInfo> handlers = new ArrayList<>(served.getOrDefault(destination, List.of()));
        handlers.add(handler);
        serve(destination, handlers, handler.localOnly(), told);
    }

    /** It listens no more. */
    void remove(String destination, RegistrationInfo handler, Completable<Void> told) {
        List<RegistrationInfo> handlers = new ArrayList<>(served.getOrDefault(destination, List.of()));
        handlers.remove(handler);
        serve(destination, handlers, handler.localOnly(), told);
    }

    private void serve(String destination, List<RegistrationInfo> handlers, boolean isLocal, Completable<Void> told) {
        if (handlers.isEmpty()) {
            served.remove(destination);
        } else {
            served.put(destination, List.copyOf(handlers));
        }
        changed.accept(destination);
        if (isLocal || bus == null) {
            told.succeed();
            return;
        }
        version++;
        ServedChange change = ServedChange.newBuilder()
                .setVersion(version)
                .setServed(shared(destination, handlers))
                .build();
        tellAll(MemberMessage.newBuilder().setChange(change).build(), told);
    }

    private void tellAll(MemberMessage message, Completable<Void> told) {
        others.forEach(member -> send.accept(member, message));
        waiting.add(new Told(version, looks, told));
        finishHeard();
    }

    /** Who is there now, this member among them. */
    void members(Collection<String> members) {
        Set<String> now = new HashSet<>(members);
        now.remove(own);
        Set<String> gone = new HashSet<>(known.keySet());
        gone.removeAll(now);
        others = Set.copyOf(now);
        heard.keySet().retainAll(now);
        late.retainAll(now);
        gone.forEach(member -> known.remove(member).destinations().forEach(changed));
        sayWhatWasHeard();
        finishHeard();
    }

    /** To be called from time to time: mends what got lost. */
    void look() {
        looks++;
        sayWhatWasHeard();
        waiting.stream()
                .filter(told -> looks - told.sinceLook >= LOOKS_TO_HEAR)
                .mapToLong(Told::version)
                .max()
                .ifPresent(due -> others.stream()
                        .filter(member -> heard.getOrDefault(member, 0L) < due)
                        .forEach(late::add));
        finishHeard();
        versionAtLastLook = version;
    }

    void receive(String from, MemberMessage message) {
        switch (message.getBodyCase()) {
            case STATEMENT -> receive(from, message.getStatement());
            case CHANGE -> receive(from, message.getChange());
            case HEARD -> heard(from, message.getHeard().getVersion());
            case BODY_NOT_SET -> {
                // Of a later release, which knows that this one may not understand it.
            }
        }
    }

    private void receive(String from, MemberStatement statement) {
        if (!others.contains(from) || heardFrom(from) > statement.getVersion()) {
            return;
        }
        KnownMember now = KnownMember.of(from, statement);
        KnownMember before = known.put(from, now);
        now.differences(before).forEach(changed);
        sayWhatWasHeard(from);
    }

    /** One that does not follow what is known here is left to the next look, which asks for the whole. */
    private void receive(String from, ServedChange change) {
        KnownMember member = known.get(from);
        if (member == null || change.getVersion() != member.version() + 1) {
            return;
        }
        member.apply(change);
        changed.accept(change.getServed().getDestination());
        sayWhatWasHeard(from);
    }

    /** Who has nothing has just come and waits for it; any other may only be a little behind. */
    private void heard(String from, long heardVersion) {
        if (others.contains(from)) {
            heard.put(from, heardVersion);
            if (heardVersion >= versionAtLastLook) {
                late.remove(from);
            }
            finishHeard();
        }
        if (bus != null && (heardVersion == 0 || heardVersion < versionAtLastLook)) {
            send.accept(
                    from, MemberMessage.newBuilder().setStatement(statement()).build());
        }
    }

    private void sayWhatWasHeard() {
        others.forEach(this::sayWhatWasHeard);
    }

    private void sayWhatWasHeard(String member) {
        StatementHeard said =
                StatementHeard.newBuilder().setVersion(heardFrom(member)).build();
        send.accept(member, MemberMessage.newBuilder().setHeard(said).build());
    }

    private long heardFrom(String member) {
        KnownMember kept = known.get(member);
        return kept == null ? 0 : kept.version();
    }

    private void finishHeard() {
        long byAll = others.stream()
                .filter(member -> !late.contains(member))
                .mapToLong(member -> heard.getOrDefault(member, 0L))
                .min()
                .orElse(version);
        while (!waiting.isEmpty() && waiting.peek().version <= byAll) {
            waiting.poll().done.succeed();
        }
    }

    private MemberStatement statement() {
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
        return statement.build();
    }

    private static ServedDestination shared(String destination, List<RegistrationInfo> handlers) {
        ServedDestination.Builder shared = ServedDestination.newBuilder().setDestination(destination);
        handlers.stream().filter(handler -> !handler.localOnly()).forEach(handler -> shared.addHandlers(handler.seq()));
        return shared.build();
    }
}
