package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.ListSuspectsRequest;
import io.ticktock.proto.v1.NoteRecoveriesRequest;
import io.ticktock.proto.v1.SetQuarantineRequest;
import io.ticktock.proto.v1.SetQuarantineResponse;
import io.ticktock.proto.v1.Suspect;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets lifetimes aside that end whoever drives them, and takes them back when somebody asks for it. */
final class Quarantine {

    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

    private static final String REASON = "quarantined: %d owners in a row were lost while they brought it into memory";

    private final Bus bus;
    private final ShardLease lease;
    private final ControlMeters meters;

    Quarantine(Bus bus, ShardLease lease, ControlMeters meters) {
        this.bus = bus;
        this.lease = lease;
        this.meters = meters;
    }

    /** What a lifetime that is set aside answers to whatever needs it in memory. */
    static Failure refusal(String reason) {
        return new Failure(
                FailureCode.FAILED_PRECONDITION,
                "the lifetime is set aside (" + reason + "); resume it to have it tried again, or abort it");
    }

    /** In how many ownerships each of those was on its way into memory when its owner was lost. */
    Future<Map<LifetimeKey, Integer>> suspects(Collection<Integer> shards) {
        return bus.request(
                        Addresses.STATE_LIST_SUSPECTS,
                        ListSuspectsRequest.newBuilder().addAllShards(shards).build())
                .map(response -> response.getSuspectsList().stream()
                        .collect(Collectors.toMap(Suspect::getLifetime, Suspect::getTries)));
    }

    /** Makes suspects of these, should this owner be lost before it is noted that they are in memory. */
    Future<Void> noteBegun(List<LifetimeKey> keys) {
        return note(keys, NoteRecoveriesRequest.newBuilder().addAllBegun(keys));
    }

    Future<Void> noteEnded(List<LifetimeKey> keys) {
        return note(keys, NoteRecoveriesRequest.newBuilder().addAllEnded(keys));
    }

    private Future<Void> note(List<LifetimeKey> keys, NoteRecoveriesRequest.Builder request) {
        return lease.write(
                        keys.get(0).getLifetimeId(),
                        fence -> bus.request(
                                Addresses.STATE_NOTE_RECOVERIES,
                                request.setFence(fence).build()))
                .mapEmpty();
    }

    Future<Void> setAside(LifetimeKey key, int tries) {
        return set(key, REASON.formatted(tries)).map(set -> {
            meters.quarantined();
            LOG.atError()
                    .addKeyValue("tenant_id", key.getTenantId())
                    .addKeyValue("lifetime_id", key.getLifetimeId())
                    .log("lifetime {} is " + REASON.formatted(tries), key.getLifetimeId());
            return null;
        });
    }

    /** Whether it was set aside until now. */
    Future<Boolean> takeBack(LifetimeKey key) {
        return set(key, "").map(SetQuarantineResponse::getChanged);
    }

    private Future<SetQuarantineResponse> set(LifetimeKey key, String reason) {
        return lease.write(
                key.getLifetimeId(),
                fence -> bus.request(
                        Addresses.STATE_SET_QUARANTINE,
                        SetQuarantineRequest.newBuilder()
                                .setFence(fence)
                                .setLifetime(key)
                                .setReason(reason)
                                .build()));
    }
}
