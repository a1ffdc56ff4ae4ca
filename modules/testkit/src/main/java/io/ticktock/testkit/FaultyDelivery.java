package io.ticktock.testkit;

import io.ticktock.bus.Delivery;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/**
 * Loses, repeats and delays messages, until it is healed. For each address the seed fixes what becomes of its first,
 * second, … message, whatever happens at others. For tests of minutes: it remembers every address it has seen.
 */
public final class FaultyDelivery implements Delivery {

    private final Vertx vertx;
    private final long seed;
    private final FaultRates rates;
    private final Predicate<String> affected;
    private final Map<String, Random> draws = new ConcurrentHashMap<>();
    private final LongAdder lost = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final LongAdder delayed = new LongAdder();

    private volatile boolean healed;

    /** @param affected which addresses; of a request served at an instance or a shard, its name with that */
    public FaultyDelivery(Vertx vertx, long seed, FaultRates rates, Predicate<String> affected) {
        this.vertx = vertx;
        this.seed = seed;
        this.rates = rates;
        this.affected = affected;
    }

    @Override
    public void deliver(Leg leg, String address, Runnable arrive, Runnable lose) {
        if (healed || !affected.test(address)) {
            arrive.run();
            return;
        }
        Random random = draws.computeIfAbsent(address, name -> new Random(seed ^ name.hashCode()));
        double draw;
        long delayMs;
        synchronized (random) {
            draw = random.nextDouble();
            delayMs = random.nextLong(1, rates.longest().toMillis() + 1);
        }
        deliver(draw, delayMs, arrive, lose);
    }

    private void deliver(double draw, long delayMs, Runnable arrive, Runnable lose) {
        if (draw < rates.lost()) {
            lost.increment();
            vertx.setTimer(delayMs, timer -> lose.run());
        } else if (draw < rates.lost() + rates.repeated()) {
            repeated.increment();
            vertx.setTimer(delayMs, timer -> arrive.run());
            arrive.run();
        } else if (draw < rates.lost() + rates.repeated() + rates.delayed()) {
            delayed.increment();
            vertx.setTimer(delayMs, timer -> arrive.run());
        } else {
            arrive.run();
        }
    }

    /** From now on every message arrives, once and at once; those on their way still come as they would have. */
    public void heal() {
        healed = true;
    }

    public long lost() {
        return lost.sum();
    }

    public long repeated() {
        return repeated.sum();
    }

    public long delayed() {
        return delayed.sum();
    }
}
