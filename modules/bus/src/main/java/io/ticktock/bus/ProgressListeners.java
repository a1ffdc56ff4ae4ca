package io.ticktock.bus;

import io.ticktock.proto.v1.LifetimeProgress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Tells of the progress of single lifetimes. Who listens to lifetimes of one shard shares one subscription, which outlasts
 * the last of them a little: a subscription is told to every process, which costs more than the progress of many lifetimes.
 * One for each verticle, used on its event loop.
 */
public final class ProgressListeners {

    private static final Duration LINGER = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final Bus bus;
    private final Duration linger;
    private final Map<Shard, ShardListeners> shards = new HashMap<>();

    private static final class ShardListeners {
        private Future<Registration> subscription;
        private final Map<String, List<Consumer<LifetimeProgress>>> ofLifetime = new HashMap<>();
        /** Counts who came: whether somebody did while it lingered. */
        private long arrivals;

        private void hear(LifetimeProgress progress) {
            List.copyOf(ofLifetime.getOrDefault(progress.getLifetimeId(), List.of()))
                    .forEach(listener -> listener.accept(progress));
        }
    }

    public ProgressListeners(Vertx vertx, Bus bus) {
        this(vertx, bus, LINGER);
    }

    ProgressListeners(Vertx vertx, Bus bus, Duration linger) {
        this.vertx = vertx;
        this.bus = bus;
        this.linger = linger;
    }

    /** Completes when nothing that is published from then on is missed, but for what the bus loses. */
    public Future<Registration> add(UUID lifetimeId, Consumer<LifetimeProgress> listener) {
        Shard shard = Shard.of(lifetimeId);
        ShardListeners listeners = shards.computeIfAbsent(shard, none -> new ShardListeners());
        listeners.arrivals++;
        listeners
                .ofLifetime
                .computeIfAbsent(lifetimeId.toString(), none -> new ArrayList<>(1))
                .add(listener);
        if (listeners.subscription == null || listeners.subscription.failed()) {
            listeners.subscription = bus.subscribe(Addresses.CONTROL_PROGRESS.at(shard), listeners::hear);
        }
        return listeners
                .subscription
                .map(subscribed -> new Registration(() -> remove(shard, listeners, lifetimeId.toString(), listener)))
                .onFailure(cause -> remove(shard, listeners, lifetimeId.toString(), listener));
    }

    private Future<Void> remove(
            Shard shard, ShardListeners listeners, String lifetimeId, Consumer<LifetimeProgress> listener) {
        listeners.ofLifetime.computeIfPresent(lifetimeId, (same, those) -> {
            those.remove(listener);
            return those.isEmpty() ? null : those;
        });
        if (listeners.ofLifetime.isEmpty()) {
            long arrivals = listeners.arrivals;
            vertx.setTimer(linger.toMillis(), timer -> {
                if (listeners.arrivals == arrivals) {
                    end(shard, listeners);
                }
            });
        }
        return Future.succeededFuture();
    }

    private void end(Shard shard, ShardListeners listeners) {
        shards.remove(shard, listeners);
        listeners.subscription.onSuccess(Registration::end);
    }
}
