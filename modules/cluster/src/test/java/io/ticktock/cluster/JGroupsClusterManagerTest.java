package io.ticktock.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.MemberMessage;
import io.ticktock.proto.v1.MemberStatement;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jgroups.BytesMessage;
import org.jgroups.EmptyMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.ObjectMessage;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TP;
import org.jgroups.stack.ProtocolStack;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Members in one JVM, with real connections between them; the last one can be cut off. */
class JGroupsClusterManagerTest {

    private static final Duration SHORT_SILENCE = Duration.ofSeconds(2);
    private static final Duration LONG_SILENCE = Duration.ofMinutes(5);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MORE_THAN_IS_KEPT = JGroupsClusterManager.LONGEST_QUEUE + 2_000;
    /** Of no version, which is passed over. */
    private static final byte[] EMPTY_STATEMENT = MemberMessage.newBuilder()
            .setStatement(MemberStatement.getDefaultInstance())
            .build()
            .toByteArray();

    private static final RegistrationInfo HANDLER = new RegistrationInfo("somebody", 1, false);

    private final List<Vertx> started = new ArrayList<>();
    private final List<JGroupsClusterManager> managers = new ArrayList<>();
    private final List<JChannel> channels = new ArrayList<>();
    private final DISCARD cut = new DISCARD();

    @AfterEach
    void stop() throws Exception {
        for (Vertx vertx : started) {
            result(vertx.close());
        }
    }

    @Test
    void whatEachPartBeginsAndEndsToServeIsKnownToAllOnceTheyAreOneAgain() throws Exception {
        join(3, SHORT_SILENCE);
        EventBus one = bus(0);
        EventBus other = bus(1);
        EventBus lost = bus(2);
        var given = lost.consumer("given", message -> message.reply("lost"));
        result(given.completion());
        assertEquals("lost", asked(one, "given"));

        cut.discardAll(true);
        await(() -> others(0) == 1 && others(2) == 0);
        result(given.unregister());
        result(lost.consumer("mine", message -> message.reply("lost")).completion());
        result(one.consumer("theirs", message -> message.reply("one")).completion());
        result(other.consumer("given", message -> message.reply("other")).completion());
        cut.discardAll(false);
        await(() -> others(0) == 2 && others(1) == 2 && others(2) == 2);

        await(() -> answers(other, "mine") && answers(lost, "theirs"));
        assertEquals("lost", asked(one, "mine"));
        assertEquals("one", asked(lost, "theirs"));
        assertEquals("other", asked(lost, "given"));
        assertEquals("other", asked(one, "given"));
    }

    /** As when it is killed: its system ends its connections. */
    @Test
    void aMemberWhoseConnectionsEndIsGoneLongBeforeItsSilenceWouldTell() throws Exception {
        join(2, LONG_SILENCE);
        result(bus(1).consumer("lost", message -> message.reply("lost")).completion());
        assertEquals("lost", asked(bus(0), "lost"));

        cut.discardAll(true);
        ((TCP) channels.get(1).getProtocolStack().getTransport()).clearConnections(false);

        await(() -> others(0) == 0);
        assertFalse(answers(bus(0), "lost"));
        cut.discardAll(false);
    }

    @Test
    void whoHasLeftServesNothingMore() throws Exception {
        join(1, SHORT_SILENCE);
        managers.get(0).close();

        Promise<Void> late = Promise.promise();
        managers.get(0).addRegistration("late", HANDLER, late);

        Failure refused = (Failure) assertThrows(ExecutionException.class, () -> result(late.future()))
                .getCause();
        assertEquals(FailureCode.UNAVAILABLE, refused.code());
        assertFalse(managers.get(0).isActive());
    }

    @Test
    void whereAMemberCanBeReachedThatSaidNothingIsNotKnown() throws Exception {
        join(1, SHORT_SILENCE);
        Promise<NodeInfo> info = Promise.promise();
        managers.get(0).getNodeInfo("somebody", info);

        assertEquals(
                "member somebody has not said where it can be reached",
                info.future().cause().getMessage());
    }

    @Test
    void whatCannotBeReadIsPassedOver() throws Exception {
        join(2, SHORT_SILENCE);
        for (Message message : List.of(
                new BytesMessage(null, new byte[] {0, 1, 2}),
                new BytesMessage(null, new byte[0]),
                new EmptyMessage(null),
                new ObjectMessage(null, "text"))) {
            channels.get(1).send(message);
        }
        result(bus(1).consumer("after", message -> message.reply("it")).completion());

        assertEquals("it", asked(bus(0), "after"));
    }

    /** What was dropped of what others say comes again; what this member serves is not dropped. */
    @Test
    void nothingStaysUnknownAfterMoreWasSaidThanIsKept() throws Exception {
        join(2, SHORT_SILENCE);
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch stands = new CountDownLatch(1);
        managers.get(0).addRegistration("slow", HANDLER, (done, failure) -> {
            stands.countDown();
            waitFor(goOn);
        });
        waitFor(stands);
        for (int i = 0; i < MORE_THAN_IS_KEPT; i++) {
            channels.get(1).send(new BytesMessage(channels.get(0).getAddress(), EMPTY_STATEMENT));
        }
        Future<Void> own =
                bus(0).consumer("own", message -> message.reply("one")).completion();
        Future<Void> other =
                bus(1).consumer("other", message -> message.reply("other")).completion();
        assertFalse(answers(bus(0), "other"));
        goOn.countDown();

        result(own);
        result(other);
        assertEquals("one", asked(bus(1), "own"));
        await(() -> answers(bus(0), "other"));
    }

    @Test
    void membersShareNoLocks() throws Exception {
        join(1, SHORT_SILENCE);
        assertThrows(
                ExecutionException.class,
                () -> result(started.get(0).sharedData().getLockWithTimeout("lock", 100)));
        assertThrows(
                ExecutionException.class,
                () -> result(started.get(0).sharedData().getCounter("counter")));
        assertThrows(
                ExecutionException.class,
                () -> result(started.get(0).sharedData().getClusterWideMap("map")));
    }

    private void join(int number, Duration silence) throws Exception {
        List<Endpoint> endpoints = FreeEndpoints.of(number);
        for (Endpoint own : endpoints) {
            JChannel channel = MemberStack.channel(FreeEndpoints.configuration(own, endpoints, silence));
            channels.add(channel);
            if (channels.size() == number) {
                channel.getProtocolStack().insertProtocol(cut, ProtocolStack.Position.ABOVE, TP.class);
            }
            JGroupsClusterManager manager =
                    new JGroupsClusterManager(channel, MemberFacts.of(own.toString(), List.of(), false));
            managers.add(manager);
            VertxOptions options = new VertxOptions()
                    .setEventLoopPoolSize(1)
                    .setEventBusOptions(new EventBusOptions().setHost(own.host()));
            started.add(result(
                    Vertx.builder().with(options).withClusterManager(manager).buildClustered()));
        }
        await(() -> managers.stream().allMatch(manager -> manager.others().size() == number - 1));
    }

    private EventBus bus(int member) {
        return started.get(member).eventBus();
    }

    private int others(int member) {
        return managers.get(member).others().size();
    }

    private static Object asked(EventBus bus, String destination) throws Exception {
        return result(bus.request(destination, "who serves?")).body();
    }

    private static boolean answers(EventBus bus, String destination) {
        try {
            asked(bus, destination);
            return true;
        } catch (Exception e) {
            return false;
        }
    }

    private void await(BooleanSupplier condition) throws Exception {
        long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(
                    System.nanoTime() < giveUpNanos,
                    () -> "members: "
                            + managers.stream()
                                    .map(JGroupsClusterManager::getNodes)
                                    .toList());
            result(started.get(0).timer(50));
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertTrue(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
