package io.ticktock.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.EventBusOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jgroups.JChannel;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.TP;
import org.jgroups.stack.ProtocolStack;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Members in one JVM, one of which hears nothing and is not heard for a while. */
class PartsTest {

    private static final Duration SILENCE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Vertx> started = new ArrayList<>();
    private final List<JGroupsClusterManager> managers = new ArrayList<>();
    private final DISCARD cut = new DISCARD();

    @AfterEach
    void stop() throws Exception {
        for (Vertx vertx : started) {
            result(vertx.close());
        }
    }

    @Test
    void whatEachPartBeginsAndEndsToServeIsKnownToAllOnceTheyAreOneAgain() throws Exception {
        List<Integer> ports = freePorts();
        EventBus one = join(ports, 0).eventBus();
        EventBus other = join(ports, 1).eventBus();
        EventBus lost = join(ports, 2).eventBus();
        await(() -> managers.stream().allMatch(manager -> manager.getNodes().size() == 3));
        var given = lost.consumer("given", message -> message.reply("lost"));
        result(given.completion());
        assertEquals("lost", asked(one, "given"));

        cut.discardAll(true);
        await(() -> managers.get(0).getNodes().size() == 2
                && managers.get(2).getNodes().size() == 1);
        result(given.unregister());
        result(lost.consumer("mine", message -> message.reply("lost")).completion());
        result(one.consumer("theirs", message -> message.reply("one")).completion());
        result(other.consumer("given", message -> message.reply("other")).completion());
        cut.discardAll(false);
        await(() -> managers.stream().allMatch(manager -> manager.getNodes().size() == 3));

        await(() -> answers(other, "mine") && answers(lost, "theirs"));
        assertEquals("lost", asked(one, "mine"));
        assertEquals("one", asked(lost, "theirs"));
        assertEquals("other", asked(lost, "given"));
        assertEquals("other", asked(one, "given"));
    }

    private Vertx join(List<Integer> ports, int index) throws Exception {
        JChannel channel = MemberStack.channel(new ClusterConfiguration(
                "127.0.0.1",
                ports.get(index),
                0,
                ports.stream().map(port -> new Endpoint("127.0.0.1", port)).toList(),
                Optional.empty(),
                Optional.empty(),
                PATIENCE,
                SILENCE));
        if (index == 2) {
            channel.getProtocolStack().insertProtocol(cut, ProtocolStack.Position.ABOVE, TP.class);
        }
        JGroupsClusterManager manager =
                new JGroupsClusterManager(channel, MemberFacts.of("member " + index, List.of(), false));
        managers.add(manager);
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(1)
                .setEventBusOptions(new EventBusOptions().setHost("127.0.0.1"));
        Vertx vertx =
                result(Vertx.builder().with(options).withClusterManager(manager).buildClustered());
        started.add(vertx);
        return vertx;
    }

    private static List<Integer> freePorts() throws IOException {
        try (ServerSocket first = loopback();
                ServerSocket second = loopback();
                ServerSocket third = loopback()) {
            return List.of(first.getLocalPort(), second.getLocalPort(), third.getLocalPort());
        }
    }

    private static ServerSocket loopback() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
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

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
