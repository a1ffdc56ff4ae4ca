package io.ticktock.cluster;

import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import io.vertx.ext.cluster.infinispan.InfinispanClusterManager;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.infinispan.manager.DefaultCacheManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster manager that remembers what its own member has told the others, and tells it again where it is gone: when parts
 * of a cluster find each other again, the smaller one's entries are lost, and nobody else would know. What this member's
 * event bus remembers of others it looks up again, too: nobody tells the event bus what changed when the parts' entries became
 * one.
 */
final class KeptRegistrations extends InfinispanClusterManager {

    private static final Logger LOG = LoggerFactory.getLogger(KeptRegistrations.class);

    /**
     * In so many looks after members came or went everything is told again: then the copy here may have what others have
     * lost, and a look at it would not show that.
     */
    private static final int LOOKS_AFTER_CHANGE = 5;

    /** A look at an address may ask another member, so that a part of them has to do while nobody comes or goes. */
    private static final int PARTS = 15;

    /**
     * How long the event bus waits to be told who serves an address. Some answers never come, of what was asked while members
     * did not agree on who is there; the event bus would let all that is sent there wait behind it for good.
     */
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(2);

    private final DefaultCacheManager caches;
    private final Map<String, Set<RegistrationInfo>> own = new ConcurrentHashMap<>();
    /** What the event bus has looked up and may remember. */
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    private final UnservedAddresses unserved = new UnservedAddresses(System::nanoTime);
    private int viewId = -1;
    private int looksToTellAll;
    private int part;
    private volatile RegistrationListener listener;

    KeptRegistrations(DefaultCacheManager caches) {
        super(caches);
        this.caches = caches;
    }

    @Override
    public void addRegistration(String address, RegistrationInfo registration, Completable<Void> promise) {
        if (!registration.localOnly()) {
            own.computeIfAbsent(address, none -> ConcurrentHashMap.newKeySet()).add(registration);
        }
        super.addRegistration(address, registration, promise);
    }

    @Override
    public void removeRegistration(String address, RegistrationInfo registration, Completable<Void> promise) {
        own.computeIfPresent(address, (same, kept) -> {
            kept.remove(registration);
            return kept.isEmpty() ? null : kept;
        });
        super.removeRegistration(address, registration, promise);
    }

    @Override
    public synchronized void registrationListener(RegistrationListener listener) {
        this.listener = unserved.watching(listener);
        super.registrationListener(this.listener);
    }

    /** Who is told of what changes: this member's event bus. */
    RegistrationListener listener() {
        return listener;
    }

    @Override
    public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
        asked.add(address);
        unserved.look(address, promise, (wanted, told) -> known(wanted).onComplete(told));
    }

    /**
     * Tells again what the others do not know any more, drops what members that are gone have left, and looks again at what
     * others serve. To be called from time to time, always on the same thread.
     */
    Future<Void> repair() {
        int view = caches.getTransport().getViewId();
        looksToTellAll = view == viewId ? Math.max(0, looksToTellAll - 1) : LOOKS_AFTER_CHANGE;
        viewId = view;
        unserved.clean();
        asked.removeIf(address -> !listener.wantsUpdatesFor(address));
        boolean tellsAll = looksToTellAll > 0;
        Set<String> members = new HashSet<>(getNodes());
        part = (part + 1) % PARTS;
        Stream<Future<Void>> told = own.entrySet().stream()
                .filter(entry -> tellsAll || isInPart(entry.getKey()))
                .map(entry -> repair(entry.getKey(), entry.getValue(), members, tellsAll));
        Stream<Future<Void>> lookedUp =
                asked.stream().filter(address -> tellsAll || isInPart(address)).map(this::lookUpAgain);
        List<Future<Void>> looks = Stream.concat(told, lookedUp).toList();
        return repairNodeInfo(tellsAll).compose(known -> Future.join(looks)).mapEmpty();
    }

    private boolean isInPart(String address) {
        return Math.floorMod(address.hashCode(), PARTS) == part;
    }

    private Future<Void> lookUpAgain(String address) {
        return known(address).map(known -> {
            listener.registrationsUpdated(new RegistrationUpdateEvent(address, known));
            return null;
        });
    }

    private Future<List<RegistrationInfo>> known(String address) {
        Promise<List<RegistrationInfo>> found = Promise.promise();
        super.getRegistrations(address, found);
        return found.future().timeout(LONGEST_LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Future<Void> repair(String address, Set<RegistrationInfo> kept, Set<String> members, boolean tellsAll) {
        // What is told in any case does not wait for a look that comes to nothing.
        Future<List<RegistrationInfo>> looked =
                tellsAll ? known(address).otherwise(List.<RegistrationInfo>of()) : known(address);
        return looked.map(known -> {
            kept.stream().filter(each -> tellsAll || !known.contains(each)).forEach(each -> tellAgain(address, each));
            known.stream()
                    .filter(each -> !each.localOnly() && !members.contains(each.nodeId()))
                    .forEach(each -> super.removeRegistration(address, each, dropped(address)));
            return null;
        });
    }

    /** Unless it was given up meanwhile. */
    private void tellAgain(String address, RegistrationInfo registration) {
        LOG.debug("{} is told to the cluster again", address);
        Promise<Void> told = Promise.promise();
        super.addRegistration(address, registration, told);
        told.future().onComplete(done -> {
            if (done.failed()) {
                LOG.warn(
                        "{} was not told to the cluster: {}",
                        address,
                        done.cause().getMessage());
            } else if (!own.getOrDefault(address, Set.of()).contains(registration)) {
                super.removeRegistration(address, registration, dropped(address));
            }
        });
    }

    private static Promise<Void> dropped(String address) {
        Promise<Void> dropped = Promise.promise();
        dropped.future().onFailure(cause -> LOG.warn("{} is still told: {}", address, cause.getMessage()));
        return dropped;
    }

    private Future<Void> repairNodeInfo(boolean tellsAll) {
        NodeInfo info = getNodeInfo();
        if (info == null) {
            return Future.succeededFuture();
        }
        if (tellsAll) {
            return tell(info);
        }
        Promise<NodeInfo> known = Promise.promise();
        getNodeInfo(getNodeId(), known);
        return known.future().<Void>mapEmpty().recover(missing -> tell(info));
    }

    private Future<Void> tell(NodeInfo info) {
        Promise<Void> told = Promise.promise();
        setNodeInfo(info, told);
        return told.future();
    }
}
