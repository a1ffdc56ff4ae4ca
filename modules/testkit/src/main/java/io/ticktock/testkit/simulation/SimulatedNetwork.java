package io.ticktock.testkit.simulation;

import io.ticktock.testkit.FaultRates;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Carries messages between simulated processes, as a clustered event bus does: one of those that serve an address in turn,
 * or all that listen there. Loses, repeats and delays them, cuts members off from each other, and takes its time to see
 * who has come and gone.
 */
public final class SimulatedNetwork {

    private static final FaultRates NONE = new FaultRates(0, 0, 0, Duration.ofMillis(1));
    private static final Duration SHORTEST_WAY = Duration.ofNanos(50_000);
    private static final Duration LONGEST_WAY = Duration.ofNanos(500_000);
    private static final Duration LONGEST_SPREAD = Duration.ofMillis(30);
    private static final Duration SOONEST_MISSED = Duration.ofMillis(200);
    private static final Duration LATEST_MISSED = Duration.ofSeconds(8);

    private final Simulation simulation;
    private final Map<String, List<SimulatedConsumer<?>>> consumers = new HashMap<>();
    private final Map<Route, Integer> turns = new HashMap<>();
    private final Map<Long, Asker> askers = new HashMap<>();
    /** When a cut is noticed. */
    private final Map<Link, Long> cuts = new HashMap<>();

    private final Set<String> once = new HashSet<>();
    private FaultRates rates = NONE;
    private long lastAsker;
    private long faults;

    private record Route(String from, String address) {}

    private record Link(String from, String to) {}

    /** Who waits for an answer. */
    private record Asker(
            SimulatedProcess process, Promise<Message<Object>> answer, String address, ScheduledFuture<?> timeout) {}

    SimulatedNetwork(Simulation simulation) {
        this.simulation = simulation;
    }

    /** From now on messages go wrong so often. */
    public void fault(FaultRates rates) {
        this.rates = rates;
    }

    /** Of this host's messages none comes twice: what it is told is of what it asked for, once. */
    public void neverRepeat(String host) {
        once.add(host);
    }

    /** How many messages went wrong. */
    public long faults() {
        return faults;
    }

    /** Nothing goes from the one host to the other any more, which is noticed after a while. */
    public void cut(String from, String to) {
        cuts.put(new Link(from, to), simulation.nanos() + simulation.between(SOONEST_MISSED, LATEST_MISSED));
    }

    /** Everything goes everywhere again. */
    public void mend() {
        cuts.clear();
    }

    /** Everything goes everywhere, and well. */
    public void heal() {
        cuts.clear();
        rates = NONE;
    }

    // who is there

    void add(SimulatedConsumer<?> consumer) {
        consumers
                .computeIfAbsent(consumer.address(), address -> new ArrayList<>())
                .add(consumer);
    }

    long spreadNanos() {
        return simulation.between(Duration.ofNanos(100_000), LONGEST_SPREAD);
    }

    void remove(SimulatedConsumer<?> consumer) {
        consumers.getOrDefault(consumer.address(), List.of()).remove(consumer);
    }

    /** It is gone, and others go on to send it messages for a while. */
    void lose(SimulatedProcess process) {
        long missed = simulation.between(SOONEST_MISSED, LATEST_MISSED);
        askers.values().removeIf(asker -> asker.process == process);
        simulation.after(
                missed,
                () -> consumers.values().forEach(all -> all.removeIf(consumer -> consumer.process() == process)));
    }

    private List<SimulatedConsumer<?>> known(SimulatedProcess from, String address) {
        List<SimulatedConsumer<?>> known = new ArrayList<>();
        for (SimulatedConsumer<?> consumer : consumers.getOrDefault(address, List.of())) {
            if (consumer.isKnownTo(from, simulation.nanos()) && !isKnownCut(from, consumer.process())) {
                known.add(consumer);
            }
        }
        return known;
    }

    private boolean isKnownCut(SimulatedProcess from, SimulatedProcess to) {
        Long noticed = cuts.get(new Link(to.host(), from.host()));
        return noticed != null && noticed <= simulation.nanos();
    }

    // messages

    void request(
            SimulatedProcess from,
            String address,
            Object body,
            DeliveryOptions options,
            Promise<Message<Object>> answer) {
        List<SimulatedConsumer<?>> known = known(from, address);
        if (options.isLocalOnly()) {
            known.removeIf(consumer -> consumer.process() != from);
        }
        if (known.isEmpty()) {
            simulation.note(from.name(), "nobody", address, 0);
            from.run(() ->
                    answer.tryFail(new ReplyException(ReplyFailure.NO_HANDLERS, "No handlers for address " + address)));
            return;
        }
        int turn = turns.merge(new Route(from.name(), address), 1, Integer::sum);
        SimulatedConsumer<?> to = known.get(turn % known.size());
        long asker = await(from, address, options.getSendTimeout(), answer);
        carry(from, to.process(), address, () -> to.deliver(new SimulatedMessage<>(this, to, address, body, asker)));
    }

    void publish(SimulatedProcess from, String address, Object body) {
        for (SimulatedConsumer<?> to : known(from, address)) {
            carry(from, to.process(), address, () -> to.deliver(new SimulatedMessage<>(this, to, address, body, 0)));
        }
    }

    /** Sends the answer to who waits for it, who does so once. */
    void answer(SimulatedProcess from, long number, Object body, long nextAsker) {
        Asker asker = askers.get(number);
        if (asker == null) {
            return;
        }
        carry(from, asker.process, asker.address, () -> {
            if (askers.remove(number, asker)) {
                asker.timeout.cancel(false);
                SimulatedMessage<Object> message =
                        new SimulatedMessage<>(this, asker.process, asker.address, body, nextAsker);
                asker.answer.tryComplete(message);
            }
        });
    }

    /** Gives the number by which this one is answered. */
    long await(SimulatedProcess from, String address, long timeoutMs, Promise<Message<Object>> answer) {
        long number = ++lastAsker;
        ScheduledFuture<?> timeout = from.context()
                .nettyEventLoop()
                .schedule(() -> timeOut(number, address), timeoutMs, TimeUnit.MILLISECONDS);
        askers.put(number, new Asker(from, answer, address, timeout));
        return number;
    }

    private void timeOut(long number, String address) {
        Asker asker = askers.remove(number);
        if (asker != null) {
            asker.answer.tryFail(new ReplyException(ReplyFailure.TIMEOUT, "Timed out. address: " + address));
        }
    }

    /** What happens within a process goes well: there is no network in between. */
    private void carry(SimulatedProcess from, SimulatedProcess to, String address, Runnable arrive) {
        if (from == to) {
            to.run(arrive);
            return;
        }
        if (cuts.containsKey(new Link(from.host(), to.host()))) {
            lose(from, address);
            return;
        }
        double chance = simulation.random().nextDouble();
        long way = simulation.between(SHORTEST_WAY, LONGEST_WAY);
        if (chance < rates.lost()) {
            lose(from, address);
            return;
        }
        boolean mayBeRepeated = !once.contains(from.host()) && !once.contains(to.host());
        boolean isRepeated = mayBeRepeated && chance < rates.lost() + rates.repeated();
        boolean isDelayed = !isRepeated && chance < rates.lost() + rates.repeated() + rates.delayed();
        if (isRepeated || isDelayed) {
            faults++;
            arrive(from, to, address, way + simulation.between(Duration.ZERO, rates.longest()), arrive);
        }
        if (!isDelayed) {
            arrive(from, to, address, way, arrive);
        }
    }

    private void lose(SimulatedProcess from, String address) {
        faults++;
        simulation.note(from.name(), "loses", address, 0);
    }

    private void arrive(SimulatedProcess from, SimulatedProcess to, String address, long afterNanos, Runnable arrive) {
        simulation.note(from.name(), "sends", address + " " + to.name(), afterNanos);
        simulation.after(afterNanos, () -> {
            if (!to.isDead()) {
                to.run(arrive);
            }
        });
    }
}
