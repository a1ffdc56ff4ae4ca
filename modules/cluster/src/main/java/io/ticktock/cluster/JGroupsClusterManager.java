package io.ticktock.cluster;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.MemberMessage;
import io.vertx.core.Completable;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import io.vertx.core.shareddata.Counter;
import io.vertx.core.shareddata.Lock;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.NodeListener;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells Vert.x's event bus who is there and who serves what: the members by JGroups, what they serve by {@link MemberRegistry},
 * which this binds to a channel and a thread. Shares no maps, locks or counters: what has to last or to be exclusive is in the tables.
 */
final class JGroupsClusterManager implements ClusterManager {

    private static final Logger LOG = LoggerFactory.getLogger(JGroupsClusterManager.class);

    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

    /** What comes when so much waits is dropped, and told again later. */
    private static final int LONGEST_QUEUE = 10_000;

    private final JChannel channel;
    private final UUID id = UUID.randomUUID();
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), JGroupsClusterManager::named);
    private final MemberRegistry registry;
    private Vertx vertx;
    private RegistrationListener listener;

    /** @param channel not connected yet */
    JGroupsClusterManager(JChannel channel, MemberFacts own) {
        this.channel = channel;
        this.registry = new MemberRegistry(name(id), own, this::send, this::tellBus);
        channel.addAddressGenerator(() -> id);
        channel.setReceiver(new Ears());
    }

    private static Thread named(Runnable work) {
        Thread thread = new Thread(work, "cluster-members");
        thread.setDaemon(true);
        return thread;
    }

    private static String name(Address member) {
        return ((UUID) member).toStringLong();
    }

    @Override
    public void init(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public void registrationListener(RegistrationListener listener) {
        this.listener = listener;
    }

    @Override
    public void join(Completable<Void> promise) {
        vertx.<Void>executeBlocking(() -> {
                    channel.connect(MemberStack.CLUSTER_NAME);
                    vertx.setPeriodic(LOOK_INTERVAL.toMillis(), timer -> hear(registry::look));
                    return null;
                })
                .onComplete(promise);
    }

    @Override
    public void leave(Completable<Void> promise) {
        vertx.<Void>executeBlocking(() -> {
                    close();
                    return null;
                })
                .onComplete(promise);
    }

    /** Tells the others that this member is gone. Blocks; may be called again. */
    void close() {
        thread.shutdown();
        channel.close();
    }

    @Override
    public boolean isActive() {
        return channel.isConnected();
    }

    @Override
    public void setNodeInfo(NodeInfo info, Completable<Void> promise) {
        change(() -> registry.reachableAt(info, promise), promise);
    }

    @Override
    public void addRegistration(String address, RegistrationInfo registration, Completable<Void> promise) {
        change(() -> registry.add(address, registration, promise), promise);
    }

    @Override
    public void removeRegistration(String address, RegistrationInfo registration, Completable<Void> promise) {
        change(() -> registry.remove(address, registration, promise), promise);
    }

    private void change(Runnable change, Completable<Void> promise) {
        try {
            thread.execute(guarded(change));
        } catch (RejectedExecutionException e) {
            promise.fail(new Failure(FailureCode.UNAVAILABLE, "this process has left the cluster", e));
        }
    }

    @Override
    public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
        promise.succeed(registry.at(address));
    }

    @Override
    public String getNodeId() {
        return name(id);
    }

    @Override
    public List<String> getNodes() {
        List<String> all = new ArrayList<>(registry.others());
        all.add(getNodeId());
        return all;
    }

    @Override
    public NodeInfo getNodeInfo() {
        return registry.busOf(getNodeId()).orElse(null);
    }

    @Override
    public void getNodeInfo(String member, Completable<NodeInfo> promise) {
        registry.busOf(member)
                .ifPresentOrElse(
                        promise::succeed,
                        () -> promise.fail(new Failure(
                                FailureCode.UNAVAILABLE,
                                "member " + member + " has not said where it can be reached")));
    }

    /** What another member tells of itself, once it has. */
    Optional<MemberFacts> factsOf(String member) {
        return registry.factsOf(member);
    }

    private void tellBus(String destination) {
        if (listener.wantsUpdatesFor(destination)) {
            listener.registrationsUpdated(new RegistrationUpdateEvent(destination, registry.at(destination)));
        }
    }

    /** What does not get there is told again. */
    private void send(String member, MemberMessage message) {
        try {
            channel.send(new BytesMessage(UUID.fromString(member), message.toByteArray()).setFlag(Message.Flag.NO_FC));
        } catch (Exception e) {
            LOG.debug("member {} was not told: {}", member, e.getMessage());
        }
    }

    private final class Ears implements Receiver {

        @Override
        public void viewAccepted(View view) {
            LOG.info("members now: {}", view);
            hear(() -> registry.members(
                    view.getMembers().stream().map(JGroupsClusterManager::name).toList()));
        }

        @Override
        public void receive(Message message) {
            if (thread.getQueue().size() >= LONGEST_QUEUE) {
                return;
            }
            try {
                MemberMessage said =
                        MemberMessage.parser().parseFrom(message.getArray(), message.getOffset(), message.getLength());
                hear(() -> registry.receive(name(message.getSrc()), said));
            } catch (InvalidProtocolBufferException e) {
                LOG.warn("member {} says what cannot be read: {}", message.getSrc(), e.getMessage());
            }
        }
    }

    private void hear(Runnable said) {
        try {
            thread.execute(guarded(said));
        } catch (RejectedExecutionException e) {
            LOG.debug("this process leaves, and hears nothing more");
        }
    }

    /** The thread goes on with what comes next. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("what members told each other was not dealt with", e);
            }
        };
    }

    @Override
    public void nodeListener(NodeListener unused) {
        // Of Vert.x's own high availability, which is not used.
    }

    @Override
    public <K, V> void getAsyncMap(String name, Completable<AsyncMap<K, V>> promise) {
        promise.fail(notShared());
    }

    @Override
    public <K, V> Map<K, V> getSyncMap(String name) {
        throw notShared();
    }

    @Override
    public void getLockWithTimeout(String name, long timeout, Completable<Lock> promise) {
        promise.fail(notShared());
    }

    @Override
    public void getCounter(String name, Completable<Counter> promise) {
        promise.fail(notShared());
    }

    private static UnsupportedOperationException notShared() {
        return new UnsupportedOperationException("members share no maps, locks or counters; use the tables");
    }
}
