package io.ticktock.bus.tenant;

import io.ticktock.bus.tenant.Places.Place;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets so much be done at a time; what is more waits, and tenants take turns. As of {@link Places}, a tenant takes only part
 * of what is left, so that one that asks now and then hardly ever waits. It has no bound of its own for what waits. For one
 * event loop.
 */
public final class Turns {

    private static final Logger LOG = LoggerFactory.getLogger(Turns.class);

    private final Places places;
    private final FairQueue<Turn> waiting = new FairQueue<>();
    private boolean isGivingTurns;

    private record Turn(String tenantId, Promise<Place> place) {}

    /** @param most 1 and more */
    public Turns(int most) {
        this.places = new Places(most);
    }

    /** Does the work when it is the tenant's turn; as the work ends. */
    public <R> Future<R> take(String tenantId, Supplier<Future<R>> work) {
        Turn turn = new Turn(tenantId, Promise.promise());
        waiting.add(tenantId, turn);
        Future<R> done = turn.place().future().compose(place -> within(place, work));
        next();
        return done;
    }

    private <R> Future<R> within(Place place, Supplier<Future<R>> work) {
        return Future.succeededFuture().compose(now -> work.get()).onComplete(ended -> {
            place.leave();
            next();
        });
    }

    /** Work that ends at once comes back to here: the loop it came from goes on, however many such there are. */
    private void next() {
        if (isGivingTurns) {
            return;
        }
        isGivingTurns = true;
        try {
            giveTurns();
        } finally {
            isGivingTurns = false;
        }
    }

    private void giveTurns() {
        for (Turn turn = waiting.poll(places::hasRoom); turn != null; turn = waiting.poll(places::hasRoom)) {
            Place place = places.take(turn.tenantId()).orElseThrow();
            begin(turn, place);
        }
    }

    /** What one does wrong with its end is not the matter of those who wait. */
    private static void begin(Turn turn, Place place) {
        try {
            turn.place().complete(place);
        } catch (RuntimeException e) {
            LOG.error("who waited for a turn failed when it came or ended", e);
        }
    }
}
