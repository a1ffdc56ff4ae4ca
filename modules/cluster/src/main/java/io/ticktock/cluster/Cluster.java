package io.ticktock.cluster;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This process as a member: its Vert.x, whose event bus reaches the others, and what they tell of themselves. */
public final class Cluster {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);
    private static final Duration PING_INTERVAL = Duration.ofSeconds(5);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    /** A member is known a little before what it tells of itself. */
    private static final Duration FACTS_PATIENCE = Duration.ofSeconds(5);

    private final JGroupsClusterManager manager;
    private final Vertx vertx;

    private Cluster(JGroupsClusterManager manager, Vertx vertx) {
        this.manager = manager;
        this.vertx = vertx;
    }

    /**
     * Joins the members that there are, or waits for others alone. Blocks. Fails with UNAVAILABLE when that takes too long, and
     * with FAILED_PRECONDITION when the port is taken, TLS is not right, or a member speaks another protocol.
     *
     * @param options of the Vert.x to make
     */
    public static Cluster join(ClusterConfiguration configuration, MemberFacts own, VertxOptions options) {
        JGroupsClusterManager manager = new JGroupsClusterManager(MemberStack.channel(configuration), own);
        try {
            options.setEventBusOptions(busOptions(configuration));
            Vertx vertx = await(
                    Vertx.builder().with(options).withClusterManager(manager).buildClustered(),
                    MemberStack.JOIN_PATIENCE);
            return new Cluster(manager, vertx).ofSameProtocol(own);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private Cluster ofSameProtocol(MemberFacts own) {
        try {
            await(others(), FACTS_PATIENCE.multipliedBy(2)).forEach(other -> requireSameProtocol(own, other));
            return this;
        } catch (RuntimeException e) {
            leave();
            throw e;
        }
    }

    private static EventBusOptions busOptions(ClusterConfiguration configuration) {
        EventBusOptions options = new EventBusOptions()
                .setHost(configuration.host())
                .setPort(configuration.busPort())
                .setClusterPingInterval(PING_INTERVAL.toMillis())
                .setClusterPingReplyInterval(configuration.silence().toMillis());
        configuration
                .tls()
                .ifPresent(tls -> options.setSsl(true)
                        .setKeyCertOptions(tls.identity())
                        .setTrustOptions(tls.trust())
                        .setClientAuth(ClientAuth.REQUIRED)
                        .setEnabledSecureTransportProtocols(Set.of(ClusterTls.PROTOCOL)));
        return options;
    }

    private static void requireSameProtocol(MemberFacts own, MemberFacts other) {
        if (other.protocol() != own.protocol()) {
            throw new Failure(
                    FailureCode.FAILED_PRECONDITION,
                    "the cluster has a member of protocol " + other.protocol()
                            + ", and this process speaks protocol " + own.protocol()
                            + ": start it once all of that release have stopped, or use that release");
        }
    }

    public Vertx vertx() {
        return vertx;
    }

    /** What all other members tell of themselves; one that tells nothing in time is about to go, or has just come. */
    public Future<List<MemberFacts>> others() {
        List<Future<List<MemberFacts>>> told = manager.others().stream()
                .map(member -> facts(member, System.nanoTime() + FACTS_PATIENCE.toNanos()))
                .toList();
        return Future.join(told).map(all -> {
            List<MemberFacts> others = new ArrayList<>();
            told.forEach(each -> others.addAll(each.result()));
            return others;
        });
    }

    private Future<List<MemberFacts>> facts(String member, long giveUpNanos) {
        Optional<MemberFacts> told = manager.factsOf(member);
        if (told.isPresent()) {
            return Future.succeededFuture(List.of(told.get()));
        }
        if (System.nanoTime() > giveUpNanos || !manager.others().contains(member)) {
            LOG.debug("member {} tells nothing of itself", member);
            return Future.succeededFuture(List.of());
        }
        return vertx.timer(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS).compose(fired -> facts(member, giveUpNanos));
    }

    /** Closes its Vert.x and tells the others at once that it is gone. Blocks. */
    public void leave() {
        try {
            await(vertx.close(), CLOSE_PATIENCE);
        } catch (Failure failure) {
            LOG.warn("what this member serves was not taken back before it leaves: {}", failure.getMessage());
        } finally {
            manager.close();
        }
    }

    private static <T> T await(Future<T> future, Duration patience) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw Failure.of(e.getCause());
        } catch (TimeoutException e) {
            throw new Failure(
                    FailureCode.UNAVAILABLE, "the cluster did not answer within " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(FailureCode.UNAVAILABLE, "interrupted while it waited for the cluster", e);
        }
    }
}
