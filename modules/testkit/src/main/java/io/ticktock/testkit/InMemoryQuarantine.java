package io.ticktock.testkit;

import io.ticktock.proto.v1.*;
import io.ticktock.state.Checks;
import io.ticktock.state.LifetimeIdentity;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** The suspects of an {@link InMemoryStateStore}, and what it has set aside. Guarded by its store. */
final class InMemoryQuarantine {

    private static final int MOST_KEYS = 1_000;

    /** @param takenAs of the last owner that tried */
    private record Tries(long takenAs, int count) {}

    private final InMemoryShards shards;
    private final InMemoryLifetimes lifetimes;
    private final Map<LifetimeIdentity, Tries> suspects = new TreeMap<>(InMemoryLifetimes.ORDER);
    private final Map<LifetimeIdentity, String> reasons = new HashMap<>();

    InMemoryQuarantine(InMemoryShards shards, InMemoryLifetimes lifetimes) {
        this.shards = shards;
        this.lifetimes = lifetimes;
    }

    ListSuspectsResponse suspects(ListSuspectsRequest request) {
        ListSuspectsResponse.Builder response = ListSuspectsResponse.newBuilder();
        suspects.entrySet().stream()
                .filter(suspect -> InMemoryLifetimes.isIn(request.getShardsList(), suspect.getKey()))
                .sorted(Comparator.comparing(suspect -> -suspect.getValue().count()))
                .limit(InMemoryLifetimeLists.MOST_LISTED)
                .forEach(suspect -> response.addSuspectsBuilder()
                        .setLifetime(InMemoryLifetimes.key(suspect.getKey()))
                        .setTries(suspect.getValue().count()));
        return response.build();
    }

    NoteRecoveriesResponse note(NoteRecoveriesRequest request) {
        Checks.atMost("begun", request.getBegunCount(), MOST_KEYS);
        Checks.atMost("ended", request.getEndedCount(), MOST_KEYS);
        shards.require(request.getFence());
        request.getEndedList().forEach(key -> suspects.remove(identity(key)));
        long takenAs = shards.takenAs(request.getFence().getOwnerId());
        request.getBegunList()
                .forEach(key -> suspects.merge(
                        identity(key),
                        new Tries(takenAs, 1),
                        (earlier, first) ->
                                earlier.takenAs == takenAs ? earlier : new Tries(takenAs, earlier.count + 1)));
        return NoteRecoveriesResponse.getDefaultInstance();
    }

    SetQuarantineResponse set(SetQuarantineRequest request) {
        LifetimeIdentity lifetime = identity(request.getLifetime());
        shards.require(request.getFence());
        suspects.remove(lifetime);
        boolean isOpen = lifetimes.exists(lifetime) && !lifetimes.hasEnded(lifetime);
        boolean changed = isOpen && !request.getReason().equals(reason(lifetime));
        if (changed && request.getReason().isEmpty()) {
            reasons.remove(lifetime);
        } else if (changed) {
            reasons.put(lifetime, request.getReason());
        }
        return SetQuarantineResponse.newBuilder().setChanged(changed).build();
    }

    /** Empty where it is not set aside. */
    String reason(LifetimeIdentity lifetime) {
        return reasons.getOrDefault(lifetime, "");
    }

    /** As those who read it see it. */
    AgentLifetime marked(AgentLifetime head) {
        String reason = reason(LifetimeIdentity.of(head.getTenantId(), head.getLifetimeId()));
        return reason.isEmpty() ? head : head.toBuilder().setQuarantine(reason).build();
    }

    private static LifetimeIdentity identity(LifetimeKey key) {
        return LifetimeIdentity.of(key.getTenantId(), key.getLifetimeId());
    }
}
