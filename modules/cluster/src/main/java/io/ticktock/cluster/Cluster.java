package io.ticktock.cluster;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.spi.cluster.NodeInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.infinispan.manager.DefaultCacheManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This process as a member: its Vert.x, whose event bus reaches the others, and what they tell of themselves. */
public final class Cluster {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);
    private static final Duration REPAIR_INTERVAL = Duration.ofSeconds(2);
    private static final Duration PING_INTERVAL = Duration.ofSeconds(5);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    /** A member is known a little before what it tells of itself. */
    private static final Duration FACTS_PATIENCE = Duration.ofSeconds(5);

    private final DefaultCacheManager caches;
    private final KeptRegistrations manager;
    private final Vertx vertx;
    private final long repairTimer;

    private Cluster(DefaultCacheManager caches, KeptRegistrations manager, Vertx vertx) {
        this.caches = caches;
        this.manager = manager;
        this.vertx = vertx;
        this.repairTimer = vertx.setPeriodic(REPAIR_INTERVAL.toMillis(), timer -> repair());
    }

    /**
     * Joins the members that there are, or waits for others alone. Fails when one of them speaks another protocol. Blocks.
     *
     * @param options of the Vert.x to make
     */
    public static Cluster join(ClusterConfiguration configuration, MemberFacts own, VertxOptions options) {
        DefaultCacheManager caches = started(configuration);
        try {
            KeptRegistrations manager = new KeptRegistrations(caches);
            options.setEventBusOptions(busOptions(configuration, own));
            Vertx vertx = await(
                    Vertx.builder().with(options).withClusterManager(manager).buildClustered(),
                    configuration.startTimeout());
            Cluster cluster = new Cluster(caches, manager, vertx);
            cluster.requireSameProtocol(own);
            return cluster;
        } catch (RuntimeException e) {
            caches.stop();
            throw e;
        }
    }

    /** Who joins while others are being lost may wait for one of them: it tries anew, for as long as a start may take. */
    private static DefaultCacheManager started(ClusterConfiguration configuration) {
        long giveUpNanos = System.nanoTime() + configuration.startTimeout().toNanos();
        while (true) {
            try {
                return MemberStack.start(configuration);
            } catch (IllegalArgumentException e) {
                throw new Failure(FailureCode.FAILED_PRECONDITION, e.getMessage(), e);
            } catch (Failure failure) {
                if (failure.code() != FailureCode.UNAVAILABLE || System.nanoTime() > giveUpNanos) {
                    throw failure;
                }
                LOG.warn("{}; trying again", failure.getMessage());
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(FailureCode.UNAVAILABLE, "interrupted while it joined the cluster", e);
        }
    }

    private static EventBusOptions busOptions(ClusterConfiguration configuration, MemberFacts own) {
        EventBusOptions options = new EventBusOptions()
                .setHost(configuration.host())
                .setPort(configuration.busPort())
                .setClusterPingInterval(PING_INTERVAL.toMillis())
                .setClusterPingReplyInterval(configuration.silence().toMillis())
                .setClusterNodeMetadata(own.toJson());
        configuration
                .tls()
                .ifPresent(tls -> options.setSsl(true)
                        .setKeyCertOptions(tls.identity())
                        .setTrustOptions(tls.trust())
                        .setClientAuth(ClientAuth.REQUIRED)
                        .setEnabledSecureTransportProtocols(Set.of(ClusterTls.PROTOCOL)));
        return options;
    }

    private void requireSameProtocol(MemberFacts own) {
        for (MemberFacts other : await(others(), FACTS_PATIENCE.multipliedBy(2))) {
            if (other.protocol() != own.protocol()) {
                leave();
                throw new Failure(
                        FailureCode.FAILED_PRECONDITION,
                        "the cluster has a member of protocol " + other.protocol()
                                + ", and this process speaks protocol " + own.protocol()
                                + ": start it once all of that release have stopped, or use that release");
            }
        }
    }

    private void repair() {
        manager.repair()
                .onFailure(cause -> LOG.warn("what the cluster knows was not looked at: {}", cause.getMessage()));
    }

    public Vertx vertx() {
        return vertx;
    }

    /** What all other members tell of themselves; one that tells nothing in time is about to go, or has just come. */
    public Future<List<MemberFacts>> others() {
        List<Future<List<MemberFacts>>> told = manager.getNodes().stream()
                .filter(node -> !node.equals(manager.getNodeId()))
                .map(node -> facts(node, System.nanoTime() + FACTS_PATIENCE.toNanos()))
                .toList();
        return Future.join(told).map(all -> {
            List<MemberFacts> others = new ArrayList<>();
            told.forEach(each -> others.addAll(each.result()));
            return others;
        });
    }

    private Future<List<MemberFacts>> facts(String node, long giveUpNanos) {
        Promise<NodeInfo> info = Promise.promise();
        manager.getNodeInfo(node, info);
        return info.future()
                .map(known -> List.of(MemberFacts.of(known.metadata())))
                .recover(unknown -> {
                    if (System.nanoTime() > giveUpNanos || !manager.getNodes().contains(node)) {
                        LOG.debug("member {} tells nothing of itself: {}", node, unknown.getMessage());
                        return Future.succeededFuture(List.of());
                    }
                    return vertx.timer(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)
                            .compose(fired -> facts(node, giveUpNanos));
                });
    }

    /** What the members tell each other of what they serve. */
    KeptRegistrations registrations() {
        return manager;
    }

    /** Closes its Vert.x and tells the others at once that it is gone. Blocks. */
    public void leave() {
        vertx.cancelTimer(repairTimer);
        try {
            await(vertx.close(), CLOSE_PATIENCE);
        } catch (Failure failure) {
            LOG.warn("what this member serves was not taken back before it leaves: {}", failure.getMessage());
        } finally {
            caches.stop();
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
            throw new Failure(FailureCode.UNAVAILABLE, "interrupted while it joined the cluster", e);
        }
    }
}
