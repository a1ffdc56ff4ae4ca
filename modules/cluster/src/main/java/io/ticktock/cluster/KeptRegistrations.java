package io.ticktock.cluster;

import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.ext.cluster.infinispan.InfinispanClusterManager;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.infinispan.manager.DefaultCacheManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster manager that remembers what its own member has told the others, and tells it again where it is gone: when parts
 * of a cluster find each other again, the smaller one's entries are lost, and nobody else would know.
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

    private final DefaultCacheManager caches;
    private final Map<String, Set<RegistrationInfo>> own = new ConcurrentHashMap<>();
    private final UnservedAddresses unserved = new UnservedAddresses(System::nanoTime);
    private int viewId = -1;
    private int looksToTellAll;
    private int part;

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
        super.registrationListener(unserved.watching(listener));
    }

    @Override
    public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
        unserved.look(address, promise, super::getRegistrations);
    }

    /**
     * Tells again what the others do not know any more, and drops what members that are gone have left. To be called from
     * time to time, always on the same thread.
     */
    Future<Void> repair() {
        int view = caches.getTransport().getViewId();
        looksToTellAll = view == viewId ? Math.max(0, looksToTellAll - 1) : LOOKS_AFTER_CHANGE;
        viewId = view;
        unserved.clean();
        boolean tellsAll = looksToTellAll > 0;
        Set<String> members = new HashSet<>(getNodes());
        part = (part + 1) % PARTS;
        List<Future<Void>> looks = own.entrySet().stream()
                .filter(entry -> tellsAll || Math.floorMod(entry.getKey().hashCode(), PARTS) == part)
                .map(entry -> repair(entry.getKey(), entry.getValue(), members, tellsAll))
                .toList();
        return repairNodeInfo(tellsAll).compose(told -> Future.join(looks)).mapEmpty();
    }

    private Future<Void> repair(String address, Set<RegistrationInfo> kept, Set<String> members, boolean tellsAll) {
        Promise<List<RegistrationInfo>> found = Promise.promise();
        super.getRegistrations(address, found);
        return found.future().map(known -> {
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
