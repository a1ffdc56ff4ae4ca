package io.ticktock.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.proto.v1.MemberMessage;
import io.ticktock.proto.v1.MemberStatement;
import io.ticktock.proto.v1.ServedDestination;
import io.vertx.core.Promise;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Members that hear each other as far as the test lets them. */
class MemberRegistryTest {

    private static final String DESTINATION = "a.destination";
    private static final int SEEDS = 2_000;

    /** Messages on their way, in order between any two. */
    private final Map<String, Deque<Runnable>> ways = new LinkedHashMap<>();

    private final Map<String, Member> members = new LinkedHashMap<>();
    private int delivered;

    private final class Member {

        final String name;
        final MemberRegistry registry;
        /** What an event bus that has looked at every destination would remember. */
        final Map<String, List<RegistrationInfo>> remembered = new HashMap<>();

        final List<Promise<Void>> told = new ArrayList<>();

        Member(String name) {
            this.name = name;
            this.registry = new MemberRegistry(
                    name, MemberFacts.of(name, List.of("of " + name), false), this::send, this::changed);
            members.put(name, this);
        }

        private void send(String to, MemberMessage message) {
            ways.computeIfAbsent(name + " " + to, none -> new ArrayDeque<>())
                    .add(() -> members.get(to).registry.receive(name, message));
        }

        private void changed(String destination) {
            remembered.put(destination, sorted(registry.at(destination)));
        }

        Promise<Void> reachable() {
            Promise<Void> done = told();
            registry.reachableAt(new NodeInfo("host of " + name, 1, null), done);
            return done;
        }

        Promise<Void> serves(String destination, long handler) {
            Promise<Void> done = told();
            registry.add(destination, new RegistrationInfo(name, handler, false), done);
            return done;
        }

        Promise<Void> gives(String destination, long handler) {
            Promise<Void> done = told();
            registry.remove(destination, new RegistrationInfo(name, handler, false), done);
            return done;
        }

        private Promise<Void> told() {
            Promise<Void> done = Promise.promise();
            told.add(done);
            return done;
        }

        void sees(String... names) {
            registry.members(List.of(names));
        }

        List<String> servers(String destination) {
            return sorted(registry.at(destination)).stream()
                    .map(handler -> handler.nodeId() + " " + handler.seq())
                    .toList();
        }
    }

    private static List<RegistrationInfo> sorted(List<RegistrationInfo> handlers) {
        return handlers.stream()
                .sorted(Comparator.comparing(RegistrationInfo::nodeId).thenComparing(RegistrationInfo::seq))
                .toList();
    }

    private void deliver() {
        while (ways.values().stream().anyMatch(way -> !way.isEmpty())) {
            ways.values().stream().toList().forEach(way -> {
                while (!way.isEmpty()) {
                    way.poll().run();
                    delivered++;
                }
            });
        }
    }

    private void deliverFrom(String from, String to) {
        Deque<Runnable> way = ways.get(from + " " + to);
        while (!way.isEmpty()) {
            way.poll().run();
        }
    }

    private void lose(String from, String to) {
        ways.getOrDefault(from + " " + to, new ArrayDeque<>()).clear();
    }

    private Member one;
    private Member other;

    private void twoThatKnowEachOther() {
        one = new Member("one");
        other = new Member("other");
        one.sees("one", "other");
        other.sees("one", "other");
        one.reachable();
        other.reachable();
        deliver();
    }

    @Test
    void whoComesIsToldAllAndTellsAll() {
        one = new Member("one");
        one.sees("one");
        one.reachable();
        one.serves(DESTINATION, 1);
        other = new Member("other");
        other.sees("one", "other");
        deliver();
        one.sees("one", "other");
        deliver();
        Promise<Void> told = other.reachable();
        deliver();

        assertEquals(List.of("one 1"), other.servers(DESTINATION));
        assertEquals("host of one", other.registry.busOf("one").orElseThrow().host());
        assertEquals(
                List.of("of other"), one.registry.factsOf("other").orElseThrow().modules());
        assertTrue(told.future().succeeded());
    }

    @Test
    void whatIsServedBeforeThisMemberCanBeReachedIsToldOnceItCan() {
        one = new Member("one");
        other = new Member("other");
        one.sees("one", "other");
        other.sees("one", "other");
        assertTrue(one.serves(DESTINATION, 1).future().succeeded());
        deliver();
        assertEquals(List.of(), other.servers(DESTINATION));

        one.reachable();
        deliver();

        assertEquals(List.of("one 1"), other.servers(DESTINATION));
    }

    @Test
    void whatIsServedIsKnownToAllWhenItIsDone() {
        twoThatKnowEachOther();
        Promise<Void> told = one.serves(DESTINATION, 1);
        assertFalse(told.future().isComplete());
        deliver();

        assertTrue(told.future().succeeded());
        assertEquals(List.of("one 1"), other.servers(DESTINATION));
        one.serves(DESTINATION, 2);
        one.gives(DESTINATION, 1);
        deliver();
        assertEquals(List.of("one 2"), other.servers(DESTINATION));
        one.gives(DESTINATION, 2);
        deliver();
        assertEquals(List.of(), other.servers(DESTINATION));
    }

    @Test
    void whatIsForThisProcessAloneIsNotTold() {
        twoThatKnowEachOther();
        Promise<Void> told = Promise.promise();
        one.registry.add(DESTINATION, new RegistrationInfo("one", 1, true), told);
        one.serves("another", 2);
        deliver();

        assertTrue(told.future().succeeded());
        assertEquals(List.of("one 1"), one.servers(DESTINATION));
        assertEquals(List.of(), other.servers(DESTINATION));
        other.sees("other");
        other.sees("one", "other");
        deliver();
        assertEquals(List.of("one 2"), other.servers("another"));
        assertEquals(List.of(), other.servers(DESTINATION));
    }

    @Test
    void aChangeThatGotLostIsToldAgain() {
        twoThatKnowEachOther();
        one.serves(DESTINATION, 1);
        lose("one", "other");
        one.serves(DESTINATION, 2);
        deliver();
        assertEquals(List.of(), other.servers(DESTINATION), "it does not follow what is known");

        one.registry.look();
        one.registry.look();
        other.registry.look();
        deliver();

        assertEquals(List.of("one 1", "one 2"), other.servers(DESTINATION));
    }

    @Test
    void whatIsOnItsWayIsNotToldTwice() {
        twoThatKnowEachOther();
        one.registry.look();
        deliver();
        one.serves(DESTINATION, 1);
        other.registry.look();
        delivered = 0;
        deliver();

        assertEquals(3, delivered, "a change, what was heard before it, and that it was heard");
    }

    @Test
    void whoDoesNotHearIsWaitedForOnce() {
        twoThatKnowEachOther();
        Promise<Void> first = one.serves(DESTINATION, 1);
        lose("one", "other");
        one.registry.look();
        assertFalse(first.future().isComplete());
        one.registry.look();
        assertTrue(first.future().succeeded());
        assertTrue(one.serves(DESTINATION, 2).future().succeeded(), "it is known not to hear");

        lose("one", "other");
        other.registry.look();
        deliver();
        other.registry.look();
        deliver();
        Promise<Void> heard = one.serves(DESTINATION, 3);
        assertFalse(heard.future().isComplete(), "it hears again");
        deliver();
        assertTrue(heard.future().succeeded());
        assertEquals(List.of("one 1", "one 2", "one 3"), other.servers(DESTINATION));
    }

    @Test
    void whoIsGoneServesNothingAndIsNotWaitedFor() {
        twoThatKnowEachOther();
        one.serves(DESTINATION, 1);
        deliver();
        Promise<Void> told = other.serves("another", 1);
        lose("other", "one");
        other.sees("other");

        assertTrue(told.future().succeeded());
        assertEquals(List.of(), other.servers(DESTINATION));
        assertEquals(List.of(), other.remembered.get(DESTINATION));
        assertEquals(Set.of(), other.registry.others());
        assertTrue(other.registry.factsOf("one").isEmpty());
    }

    @Test
    void whoIsGoneIsAnsweredForTwoMinutes() {
        twoThatKnowEachOther();
        other.sees("other");
        for (int looks = 0; looks < 119; looks++) {
            other.registry.look();
        }
        assertEquals("host of one", other.registry.busOf("one").orElseThrow().host());

        other.registry.look();

        assertTrue(other.registry.busOf("one").isEmpty());
    }

    /** It comes back without having noticed that it was gone. */
    @Test
    void whoWasGoneForOneSideOnlyIsToldAndTellsAll() {
        twoThatKnowEachOther();
        one.serves(DESTINATION, 1);
        deliver();
        other.sees("other");
        one.serves(DESTINATION, 2);
        deliver();
        assertEquals(List.of(), other.servers(DESTINATION));

        other.sees("one", "other");
        deliver();

        assertEquals(List.of("one 1", "one 2"), other.servers(DESTINATION));
        assertEquals(other.registry.at(DESTINATION), other.remembered.get(DESTINATION));
    }

    @Test
    void aChangeIsWaitedForNoMoreOnceWhoDidNotHearIsGone() {
        twoThatKnowEachOther();
        Member third = new Member("third");
        members.values().forEach(member -> member.sees("one", "other", "third"));
        third.reachable();
        deliver();
        Promise<Void> told = one.serves(DESTINATION, 1);
        lose("one", "third");
        deliver();
        assertFalse(told.future().isComplete());

        one.sees("one", "other");

        assertTrue(told.future().succeeded());
    }

    @Test
    void whoLeavesWaitsForNobody() {
        twoThatKnowEachOther();
        Promise<Void> told = one.serves(DESTINATION, 1);
        one.registry.end();
        assertTrue(told.future().succeeded());
    }

    @Test
    void whoIsBehindIsToldTheWholeOnceALook() {
        twoThatKnowEachOther();
        for (int handler = 0; handler < 50; handler++) {
            one.serves(DESTINATION, handler);
        }
        deliverFrom("one", "other");
        one.registry.look();
        one.registry.look();
        delivered = 0;
        deliver();

        assertEquals(50 + 2 + 1 + 1, delivered, "what was heard, two looks and a whole, and that these were heard");
    }

    @Test
    void anOlderStatementChangesNothing() {
        twoThatKnowEachOther();
        MemberMessage old = MemberMessage.newBuilder()
                .setStatement(MemberStatement.newBuilder()
                        .setVersion(1)
                        .setBusHost("host")
                        .setBusPort(1)
                        .setProtocol(MemberFacts.PROTOCOL))
                .build();
        one.serves(DESTINATION, 1);
        deliver();

        other.registry.receive("one", old);

        assertEquals(List.of("one 1"), other.servers(DESTINATION));
    }

    @Test
    void whatSomebodySaysWhoIsNoMemberChangesNothing() {
        twoThatKnowEachOther();
        other.sees("other");
        one.serves(DESTINATION, 1);
        other.registry.receive("one", statement(MemberFacts.PROTOCOL));
        deliver();
        assertTrue(other.registry.factsOf("one").isEmpty());

        assertEquals(List.of(), other.servers(DESTINATION));
    }

    @Test
    void whatAMemberOfAnotherProtocolServesIsNotAskedOfIt() {
        twoThatKnowEachOther();
        other.registry.receive("one", statement(MemberFacts.PROTOCOL + 1));

        assertEquals(List.of(), other.servers(DESTINATION));
        assertEquals(
                MemberFacts.PROTOCOL + 1,
                other.registry.factsOf("one").orElseThrow().protocol());
    }

    private static MemberMessage statement(int protocol) {
        return MemberMessage.newBuilder()
                .setStatement(MemberStatement.newBuilder()
                        .setVersion(9)
                        .setBusHost("host")
                        .setBusPort(1)
                        .setProtocol(protocol)
                        .addServed(ServedDestination.newBuilder()
                                .setDestination(DESTINATION)
                                .addHandlers(1)))
                .build();
    }

    @Test
    void aMessageOfALaterReleaseIsPassedOver() {
        twoThatKnowEachOther();
        one.registry.receive("other", MemberMessage.getDefaultInstance());
        one.serves(DESTINATION, 1);
        deliver();
        assertEquals(List.of("one 1"), other.servers(DESTINATION));
    }

    /** Whatever gets lost and whoever sees whom meanwhile: four looks after all is well again, all know the truth. */
    @Test
    void allKnowTheSameOnceAllHearEachOtherAgain() {
        long first = Long.getLong("cluster.seed", System.nanoTime());
        for (int i = 0; i < SEEDS; i++) {
            long seed = first + i;
            try {
                disturbThenCheck(new Random(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dcluster.seed=" + seed, e);
            }
        }
    }

    private void disturbThenCheck(Random random) {
        ways.clear();
        members.clear();
        List<String> names = List.of("a", "b", "c", "d").subList(0, 2 + random.nextInt(3));
        names.forEach(Member::new);
        Map<String, Set<Long>> truth = new HashMap<>();
        members.values().forEach(Member::reachable);
        for (int step = random.nextInt(200); step > 0; step--) {
            disturb(random, members.get(names.get(random.nextInt(names.size()))), names, truth);
        }
        ways.values().forEach(Deque::clear);
        members.values().forEach(member -> member.registry.members(names));
        for (int looks = 0; looks < 4; looks++) {
            deliver();
            members.values().forEach(member -> member.registry.look());
        }
        deliver();
        members.values().forEach(member -> check(member, truth));
    }

    private void disturb(Random random, Member member, List<String> names, Map<String, Set<Long>> truth) {
        String destination = "d" + random.nextInt(3);
        long handler = random.nextInt(3);
        Set<Long> own = truth.computeIfAbsent(destination + " " + member.name, none -> new TreeSet<>());
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                if (own.add(handler)) {
                    member.serves(destination, handler);
                }
            }
            case 2 -> {
                if (own.remove(handler)) {
                    member.gives(destination, handler);
                }
            }
            case 3 -> {
                List<String> seen = new ArrayList<>(names);
                seen.removeIf(name -> !name.equals(member.name) && random.nextInt(3) == 0);
                member.registry.members(seen);
            }
            case 4 -> member.registry.look();
            case 5 ->
                ways.values().stream().filter(way -> random.nextInt(4) == 0).forEach(Deque::clear);
            case 6 -> ways.values().stream().toList().forEach(way -> deliverSome(way, random));
            default -> deliver();
        }
    }

    private static void deliverSome(Deque<Runnable> way, Random random) {
        for (int left = random.nextInt(way.size() + 1); left > 0; left--) {
            Runnable message = way.poll();
            if (random.nextInt(10) > 0) {
                message.run();
            }
        }
    }

    private void check(Member member, Map<String, Set<Long>> truth) {
        for (int i = 0; i < 3; i++) {
            String destination = "d" + i;
            List<String> expected = members.keySet().stream()
                    .sorted()
                    .flatMap(name -> truth.getOrDefault(destination + " " + name, Set.of()).stream()
                            .map(handler -> name + " " + handler))
                    .toList();
            assertEquals(expected, member.servers(destination), () -> destination + " as " + member.name + " sees it");
            assertEquals(
                    sorted(member.registry.at(destination)),
                    member.remembered.getOrDefault(destination, List.of()),
                    "what an event bus remembers");
        }
        assertEquals(members.size() - 1, member.registry.others().size());
        member.registry
                .others()
                .forEach(other -> assertTrue(member.registry.busOf(other).isPresent()));
        member.told.forEach(told -> assertTrue(told.future().succeeded(), "it waits for somebody"));
    }
}
