package io.ticktock.launcher.simulation;

import io.ticktock.testkit.FaultRates;
import io.ticktock.testkit.simulation.Simulation;
import io.ticktock.testkit.simulation.StoreFaults;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Lets things go wrong, by chance, for a while; then all is well again. */
final class Chaos {

    enum Fault {
        KILL,
        STOP,
        PAUSE,
        MESSAGES,
        STORE,
        STORE_AWAY,
        PARTITION,
        CLOCK
    }

    private static final Duration SHORT = Duration.ofMillis(100);

    private final SimulatedSystem system;
    private final Simulation simulation;
    private final Random random;
    private final Set<Fault> kinds = EnumSet.noneOf(Fault.class);
    private final Map<Fault, Integer> fired = new EnumMap<>(Fault.class);
    private final Duration window;
    private boolean isOver;

    /** @param window for so long things go wrong */
    Chaos(SimulatedSystem system, Duration window) {
        this.system = system;
        this.simulation = system.simulation();
        this.random = simulation.random();
        this.window = window;
        for (Fault fault : Fault.values()) {
            if (random.nextInt(3) == 0) {
                kinds.add(fault);
            }
        }
    }

    void start() {
        if (!kinds.isEmpty()) {
            next();
        }
        simulation.after(window.toNanos(), this::heal);
    }

    private void next() {
        simulation.after(simulation.between(SHORT, window.dividedBy(4)), () -> {
            if (!isOver) {
                List<Fault> all = List.copyOf(EnumSet.copyOf(kinds));
                Fault fault = all.get(random.nextInt(all.size()));
                fired.merge(fault, 1, Integer::sum);
                simulation.note("world", "fault", fault.name(), 0);
                fire(fault);
                next();
            }
        });
    }

    private void fire(Fault fault) {
        SimulatedHost host = system.hosts().get(random.nextInt(system.hosts().size()));
        Duration aWhile =
                Duration.ofNanos(simulation.between(SHORT, system.lease().multipliedBy(2)));
        switch (fault) {
            case KILL -> host.kill(aWhile);
            case STOP -> host.stop(aWhile);
            case PAUSE -> simulation.pause(host.process(), aWhile);
            case MESSAGES -> {
                double worst = random.nextDouble() / 3;
                simulation
                        .network()
                        .fault(new FaultRates(random.nextDouble() * worst, random.nextDouble() * worst, worst, aWhile));
                simulation.after(aWhile.toNanos(), () -> simulation.network().fault(NO_FAULTS));
            }
            case STORE -> {
                double worst = random.nextDouble() / 3;
                system.store().fault(new StoreFaults(worst, random.nextDouble() * worst, worst, aWhile));
                simulation.after(aWhile.toNanos(), () -> system.store().fault(StoreFaults.NONE));
            }
            case STORE_AWAY -> {
                system.store().fault(StoreFaults.AWAY);
                simulation.after(aWhile.toNanos(), () -> system.store().fault(StoreFaults.NONE));
            }
            case PARTITION -> cutOff(host, aWhile);
            case CLOCK -> host.process().clock().set(jump());
        }
    }

    private static final FaultRates NO_FAULTS = new FaultRates(0, 0, 0, Duration.ofMillis(1));

    private void cutOff(SimulatedHost host, Duration time) {
        boolean hears = random.nextInt(3) == 0;
        boolean speaks = !hears && random.nextInt(3) == 0;
        for (SimulatedHost other : system.hosts()) {
            if (other != host && random.nextInt(4) > 0) {
                if (!speaks) {
                    simulation.network().cut(host.name(), other.name());
                }
                if (!hears) {
                    simulation.network().cut(other.name(), host.name());
                }
            }
        }
        simulation.after(time.toNanos(), () -> simulation.network().mend());
    }

    private Duration jump() {
        return switch (random.nextInt(10)) {
            case 0 -> Duration.ofHours(1);
            case 1 -> Duration.ofHours(-1);
            default -> Duration.ofMillis(random.nextInt(20_000) - 10_000);
        };
    }

    private void heal() {
        isOver = true;
        simulation.note("world", "heals", "", 0);
        simulation.network().heal();
        system.store().fault(StoreFaults.NONE);
        system.hosts().forEach(host -> {
            if (host.process() != null) {
                host.process().clock().set(Duration.ZERO);
                simulation.pause(host.process(), Duration.ZERO);
            }
        });
    }

    boolean isOver() {
        return isOver;
    }

    /** How often what went wrong. */
    Map<Fault, Integer> fired() {
        return fired;
    }
}
