package io.ticktock.launcher.simulation;

import io.ticktock.control.ControlConfiguration;
import io.ticktock.control.ControlQuotas;
import io.ticktock.launcher.simulation.SimulatedHost.Part;
import io.ticktock.state.StateStore;
import io.ticktock.testkit.InMemoryStateStore;
import io.ticktock.testkit.simulation.FaultyStore;
import io.ticktock.testkit.simulation.SimulatedProcess;
import io.ticktock.testkit.simulation.Simulation;
import io.vertx.core.eventbus.EventBus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** The processes of a system, one on each host, and the store that they share. How they are split is up to chance. */
final class SimulatedSystem {

    private static final int RECOVERED_A_SECOND = 500;

    static final Path POLICIES = policies();

    private static final List<List<Set<Part>>> SPLITS = List.of(
            List.of(EnumSet.allOf(Part.class), EnumSet.allOf(Part.class)),
            List.of(
                    EnumSet.of(Part.CONTROL, Part.GUARDRAIL, Part.EXECUTOR),
                    EnumSet.of(Part.CONTROL, Part.GUARDRAIL, Part.EXECUTOR),
                    EnumSet.of(Part.STATE)),
            List.of(
                    EnumSet.of(Part.CONTROL),
                    EnumSet.of(Part.CONTROL),
                    EnumSet.of(Part.GUARDRAIL, Part.EXECUTOR),
                    EnumSet.of(Part.EXECUTOR),
                    EnumSet.of(Part.STATE),
                    EnumSet.of(Part.STATE, Part.GUARDRAIL)));

    private final Simulation simulation;
    private final InMemoryStateStore rows;
    private final FaultyStore store;
    private final StoreWitness witness;
    private final Bug bug;
    private final EffectLedger ledger = new EffectLedger();
    private final List<SimulatedHost> hosts = new ArrayList<>();
    private final Duration lease;
    private final int maxResident;
    private final Duration parkAfter;

    SimulatedSystem(Simulation simulation, Bug bug) {
        this.bug = bug;
        this.witness = new StoreWitness(simulation.clock());
        this.simulation = simulation;
        this.rows = new InMemoryStateStore(simulation.clock());
        StateStore spoiled = StoreSeam.before(StoreSeam.before(rows, witness::seeCommit), bug.seam(simulation));
        this.store = new FaultyStore(StoreSeam.before(spoiled, witness::hearAnswer), simulation);
        Random random = simulation.random();
        this.lease = List.of(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(10))
                .get(random.nextInt(3));
        this.maxResident = random.nextInt(4) == 0 ? 4 : 1_000;
        this.parkAfter = Duration.ofMillis(random.nextInt(3) * 1_000L);
        List<Set<Part>> split = SPLITS.get(random.nextInt(SPLITS.size()));
        for (int i = 0; i < split.size(); i++) {
            hosts.add(new SimulatedHost(this, "host" + i, split.get(i)));
        }
    }

    private static Path policies() {
        try (InputStream content = SimulatedSystem.class.getResourceAsStream("policies.yaml")) {
            Path file = Files.createTempFile("policies", ".yaml");
            file.toFile().deleteOnExit();
            Files.write(file, content.readAllBytes());
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start() {
        hosts.forEach(SimulatedHost::start);
    }

    Simulation simulation() {
        return simulation;
    }

    List<SimulatedHost> hosts() {
        return hosts;
    }

    /** What is true, whatever processes believe. */
    InMemoryStateStore rows() {
        return rows;
    }

    FaultyStore store() {
        return store;
    }

    EffectLedger ledger() {
        return ledger;
    }

    StoreWitness witness() {
        return witness;
    }

    Duration lease() {
        return lease;
    }

    StateStore storeOf(SimulatedProcess process) {
        return store.of(process);
    }

    EventBus busOf(SimulatedProcess process) {
        EventBus eventBus = process.eventBus();
        return (EventBus) Proxy.newProxyInstance(
                EventBus.class.getClassLoader(),
                new Class<?>[] {EventBus.class},
                (proxy, method, arguments) -> method.getName().equals("publish") && bug.drops((String) arguments[0])
                        ? proxy
                        : method.invoke(eventBus, arguments));
    }

    SimulatedWork work(SimulatedProcess process) {
        return new SimulatedWork(simulation, process, ledger, bug);
    }

    ControlConfiguration control(String ownerId) {
        return new ControlConfiguration(
                ownerId,
                lease,
                maxResident,
                64,
                64,
                Duration.ofMillis(500),
                parkAfter,
                RECOVERED_A_SECOND,
                ControlQuotas.standard());
    }
}
