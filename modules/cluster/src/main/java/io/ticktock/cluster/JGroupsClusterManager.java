package io.ticktock.cluster;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.MemberMessage;
import io.vertx.core.Completable;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.shareddata.AsyncMap;
import io.vertx.core.shareddata.Counter;
import io.vertx.core.shareddata.Lock;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.NodeListener;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
 * Tells Vert.x's event bus who is there and who serves what: the members by JGroups, what they serve by
 * {@link MemberRegistry}, which this binds to a channel and a thread. Shares no maps, locks or counters: what has to last or to
 * be exclusive is in the tables.
 */
final class JGroupsClusterManager implements ClusterManager {

    private static final Logger LOG = LoggerFactory.getLogger(JGroupsClusterManager.class);

    /**
     * With so much waiting, looks and what others say are dropped, since both come again. Who is there and what this member
     * serves is not, and is little.
     */
    static final int LONGEST_QUEUE = 10_000;

    private final JChannel channel;
    private final UUID id = UUID.randomUUID();
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), JGroupsClusterManager::threadFor);

    private final MemberRegistry registry;
    private Vertx vertx;
    private RegistrationListener listener;

    /** @param channel not connected yet */
    JGroupsClusterManager(JChannel channel, MemberFacts own) {
        this.channel = channel;
        this.registry = new MemberRegistry(name(id), own, this::send, this::tellBus);
        channel.addAddressGenerator(() -> id);
        channel.setReceiver(new ChannelReceiver());
    }

    private static Thread threadFor(Runnable work) {
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
        vertx.executeBlocking(this::connect).onComplete(promise);
    }

    private Void connect() {
        try {
            channel.connect(MemberStack.CLUSTER_NAME);
        } catch (Exception e) {
            throw new Failure(FailureCode.UNAVAILABLE, "the cluster cannot be joined: " + e.getMessage(), e);
        }
        vertx.setPeriodic(MemberRegistry.LOOK_INTERVAL.toMillis(), timer -> enqueueUnlessFull(registry::look));
        return null;
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
        enqueue(registry::end, JGroupsClusterManager::passOver);
        thread.shutdown();
        channel.close();
    }

    @Override
    public boolean isActive() {
        return channel.isConnected();
    }

    @Override
    public void setNodeInfo(NodeInfo info, Completable<Void> promise) {
        enqueue(() -> registry.reachableAt(info, promise), promise::fail);
    }

    @Override
    public void addRegistration(String destination, RegistrationInfo handler, Completable<Void> promise) {
        enqueue(() -> registry.add(destination, handler, promise), promise::fail);
    }

    @Override
    public void removeRegistration(String destination, RegistrationInfo handler, Completable<Void> promise) {
        enqueue(() -> registry.remove(destination, handler, promise), promise::fail);
    }

    @Override
    public void getRegistrations(String destination, Completable<List<RegistrationInfo>> promise) {
        List<RegistrationInfo> found = registry.at(destination);
        if (found.isEmpty()) {
            // Told of an empty list, Vert.x's DefaultNodeSelector forgets whoever waits where a removal is told
            // meanwhile.
            promise.fail(new ReplyException(ReplyFailure.NO_HANDLERS, "No handlers for address " + destination));
        } else {
            promise.succeed(found);
        }
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

    /** All members but this one. */
    Set<String> others() {
        return registry.others();
    }

    /** What another member tells of itself, once it has. */
    Optional<MemberFacts> factsOf(String member) {
        return registry.factsOf(member);
    }

    /** What then fails at those who waited to send is theirs, and keeps nobody else from being told. */
    private void tellBus(String destination) {
        try {
            if (listener.wantsUpdatesFor(destination)) {
                listener.registrationsUpdated(new RegistrationUpdateEvent(destination, registry.at(destination)));
            }
        } catch (RuntimeException e) {
            LOG.error("what waited to be sent to {} was not", destination, e);
        }
    }

    /** What does not get there is told again. */
    private void send(String member, MemberMessage message) {
        try {
            channel.send(new BytesMessage(UUID.fromString(member), message.toByteArray()));
        } catch (Exception e) {
            LOG.debug("member {} was not told: {}", member, e.getMessage());
        }
    }

    private final class ChannelReceiver implements Receiver {

        @Override
        public void viewAccepted(View view) {
            LOG.info("members now: {}", view);
            List<String> members =
                    view.getMembers().stream().map(JGroupsClusterManager::name).toList();
            enqueue(() -> registry.members(members), JGroupsClusterManager::passOver);
        }

        @Override
        public void receive(Message message) {
            if (!message.hasArray() || message.getLength() == 0) {
                return;
            }
            try {
                MemberMessage said =
                        MemberMessage.parser().parseFrom(message.getArray(), message.getOffset(), message.getLength());
                enqueueUnlessFull(() -> registry.receive(name(message.getSrc()), said));
            } catch (InvalidProtocolBufferException e) {
                LOG.warn("member {} says what cannot be read: {}", message.getSrc(), e.getMessage());
            }
        }
    }

    private void enqueueUnlessFull(Runnable task) {
        if (thread.getQueue().size() < LONGEST_QUEUE) {
            enqueue(task, JGroupsClusterManager::passOver);
        }
    }

    /** Runs it on the registry's thread, which goes on with what comes next whatever happens. */
    private void enqueue(Runnable task, Consumer<Failure> failed) {
        try {
            thread.execute(() -> run(task, failed));
        } catch (RejectedExecutionException e) {
            failed.accept(new Failure(FailureCode.UNAVAILABLE, "this process has left the cluster", e));
        }
    }

    private static void run(Runnable task, Consumer<Failure> failed) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("what members serve may not be known", e);
            failed.accept(Failure.of(e));
        }
    }

    private static void passOver(Failure failure) {
        LOG.debug("not heard: {}", failure.getMessage());
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
