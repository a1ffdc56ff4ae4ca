package io.ticktock.cluster;

import io.ticktock.proto.v1.MemberMessage;
import io.ticktock.proto.v1.MemberStatement;
import io.ticktock.proto.v1.ServedChange;
import io.ticktock.proto.v1.StatementHeard;
import io.vertx.core.Completable;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.time.Duration;
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
 * time which version they have; whoever has an old one is told the whole. So nothing is shared that could be locked, nothing
 * has to be made one after a cluster was in parts, and what gets lost on its way is told again.
 *
 * <p>Pure but for what it is given to send and to tell. What is not said to be for any thread is for one.
 */
final class MemberRegistry {

    /** How often to {@link #look()}. */
    static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

    /** A change is waited for until so many looks are over; who has not heard of it then is not waited for any more. */
    private static final int LOOKS_TO_HEAR = 2;

    /**
     * For so many looks it is remembered where a member could be reached that is none any more: one that was cut off or stood still
     * takes itself for one for a while, and is answered what it asks.
     */
    private static final int LOOKS_TO_ANSWER = 120;

    private final String name;
    private final OwnStatement own;
    private final Map<String, KnownMember> known = new ConcurrentHashMap<>();
    private final Map<String, Gone> gone = new ConcurrentHashMap<>();
    private volatile Set<String> others = Set.of();
    private final BiConsumer<String, MemberMessage> send;
    private final Consumer<String> changed;

    /** Which version of what this member says the others have. */
    private final Map<String, Long> versionAtOthers = new HashMap<>();
    /** Who is not waited for until it has heard again. */
    private final Set<String> deaf = new HashSet<>();

    private final Deque<Told> waiting = new ArrayDeque<>();
    /** Who was told the whole since the last look, but for those who had nothing. */
    private final Set<String> toldAll = new HashSet<>();

    /** What was there to hear at the look before the last: whoever has not heard that by now has not got it. */
    private long versionToHave;

    private long versionAtLastLook;
    private long looks;

    private record Gone(NodeInfo bus, long sinceLook) {}

    /** Done once all have heard of the version. */
    private record Told(long version, long sinceLook, Completable<Void> done) {}

    /**
     * @param name of this member
     * @param send sends a message to a member; it may get lost, but two of them do not overtake each other
     * @param changed is told of each destination at which something changed
     */
    MemberRegistry(String name, MemberFacts facts, BiConsumer<String, MemberMessage> send, Consumer<String> changed) {
        this.name = name;
        this.own = new OwnStatement(facts);
        this.send = send;
        this.changed = changed;
    }

    /** All that listens at a destination. For any thread. */
    List<RegistrationInfo> at(String destination) {
        List<RegistrationInfo> found = new ArrayList<>(own.at(destination));
        known.values().forEach(member -> found.addAll(member.at(destination)));
        return found;
    }

    /** Where the event bus of a member, or of one that is gone since two minutes at most, listens. For any thread. */
    Optional<NodeInfo> busOf(String member) {
        if (member.equals(name)) {
            return own.bus();
        }
        return Optional.ofNullable(known.get(member))
                .map(KnownMember::bus)
                .or(() -> Optional.ofNullable(gone.get(member)).map(Gone::bus));
    }

    /** What another member tells of itself, once it has. For any thread. */
    Optional<MemberFacts> factsOf(String member) {
        return Optional.ofNullable(known.get(member)).map(KnownMember::facts);
    }

    /** All members but this one. For any thread. */
    Set<String> others() {
        return others;
    }

    /** This member can be reached: the others are told of it from now on. */
    void reachableAt(NodeInfo info, Completable<Void> told) {
        tellAll(own.reachableAt(info), told);
    }

    /** Something listens here. */
    void add(String destination, RegistrationInfo handler, Completable<Void> told) {
        Optional<MemberMessage> message = own.add(destination, handler);
        changed.accept(destination);
        message.ifPresentOrElse(change -> tellAll(change, told), told::succeed);
    }

    /** It listens no more. */
    void remove(String destination, RegistrationInfo handler, Completable<Void> told) {
        Optional<MemberMessage> message = own.remove(destination, handler);
        changed.accept(destination);
        message.ifPresentOrElse(change -> tellAll(change, told), told::succeed);
    }

    private void tellAll(MemberMessage message, Completable<Void> told) {
        others.forEach(member -> send.accept(member, message));
        waiting.add(new Told(own.version(), looks, told));
        finishTold();
    }

    /** Who is there now, this member among them. */
    void members(Collection<String> members) {
        Set<String> now = new HashSet<>(members);
        now.remove(name);
        others = Set.copyOf(now);
        versionAtOthers.keySet().retainAll(now);
        deaf.retainAll(now);
        gone.keySet().removeAll(now);
        List<String> lost =
                known.keySet().stream().filter(member -> !now.contains(member)).toList();
        List<Set<String>> servedByLost = lost.stream().map(this::lose).toList();
        servedByLost.forEach(destinations -> destinations.forEach(changed));
        others.forEach(this::sayWhatWasHeard);
        finishTold();
    }

    /** Where it served. */
    private Set<String> lose(String member) {
        KnownMember lost = known.remove(member);
        gone.put(member, new Gone(lost.bus(), looks));
        return lost.destinations();
    }

    /** To be called each {@link #LOOK_INTERVAL}: mends what got lost. */
    void look() {
        looks++;
        others.forEach(this::sayWhatWasHeard);
        waiting.stream()
                .filter(told -> looks - told.sinceLook >= LOOKS_TO_HEAR)
                .mapToLong(Told::version)
                .max()
                .ifPresent(this::waitNoMoreFor);
        finishTold();
        toldAll.clear();
        gone.values().removeIf(member -> looks - member.sinceLook >= LOOKS_TO_ANSWER);
        versionToHave = versionAtLastLook;
        versionAtLastLook = own.version();
    }

    private void waitNoMoreFor(long version) {
        others.stream().filter(member -> versionAt(member) < version).forEach(deaf::add);
    }

    void receive(String from, MemberMessage message) {
        switch (message.getBodyCase()) {
            case STATEMENT -> receive(from, message.getStatement());
            case CHANGE -> receive(from, message.getChange());
            case HEARD -> receive(from, message.getHeard());
            case BODY_NOT_SET -> {
                // Of a later release, which knows that this one may not understand it.
            }
        }
    }

    private void receive(String from, MemberStatement statement) {
        if (!others.contains(from) || statement.getVersion() < Math.max(1, versionOf(from))) {
            return;
        }
        KnownMember now = KnownMember.of(from, statement, own.protocol());
        KnownMember before = known.put(from, now);
        now.differences(before).forEach(changed);
        sayWhatWasHeard(from);
    }

    /** One that does not follow what is known here is left to the next look, which leads to the whole. */
    private void receive(String from, ServedChange change) {
        KnownMember member = known.get(from);
        if (member == null || change.getVersion() != member.version() + 1) {
            return;
        }
        member.apply(change);
        changed.accept(change.getServed().getDestination());
        sayWhatWasHeard(from);
    }

    /** Who has nothing has just come and waits for it; any other may only be a little behind, and is told all once a look. */
    private void receive(String from, StatementHeard heard) {
        long version = heard.getVersion();
        if (others.contains(from)) {
            versionAtOthers.put(from, version);
            if (version >= versionToHave) {
                deaf.remove(from);
            }
            finishTold();
        }
        boolean lacksAll = version == 0 && own.version() > 0;
        if (lacksAll || (version < versionToHave && toldAll.add(from))) {
            send.accept(from, own.whole());
        }
    }

    private void sayWhatWasHeard(String member) {
        StatementHeard heard =
                StatementHeard.newBuilder().setVersion(versionOf(member)).build();
        send.accept(member, MemberMessage.newBuilder().setHeard(heard).build());
    }

    private long versionOf(String member) {
        KnownMember there = known.get(member);
        return there == null ? 0 : there.version();
    }

    private long versionAt(String member) {
        return versionAtOthers.getOrDefault(member, 0L);
    }

    /** This member leaves: nobody is waited for any more. */
    void end() {
        waiting.forEach(told -> told.done.succeed());
        waiting.clear();
    }

    private void finishTold() {
        long heardByAll = others.stream()
                .filter(member -> !deaf.contains(member))
                .mapToLong(this::versionAt)
                .min()
                .orElse(own.version());
        while (!waiting.isEmpty() && waiting.peek().version <= heardByAll) {
            waiting.poll().done.succeed();
        }
    }
}
