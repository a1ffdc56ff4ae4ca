package io.ticktock.control;

import io.micrometer.core.instrument.MeterRegistry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Registration;
import io.ticktock.bus.Service;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.CheckRequest;
import io.ticktock.proto.v1.CheckResponse;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Binds the control plane to the bus: takes its shards, recovers their lifetimes, then serves them. */
public final class ControlVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(ControlVerticle.class);

    private static final long RETAKE_DELAY_MS = 500;

    private final Bus bus;
    private final ControlConfiguration configuration;
    private final DatabaseClock clock;
    private final LongSupplier nanoTime;
    private final ControlMeters meters;

    private ShardLease lease;
    private GraphOrchestrator orchestrator;
    private LiveExecutors executors;
    private Wakeups wakeups;
    private Reconciler reconciler;
    private ShardRecovery recovery;
    private LifetimeReplay replay;
    private PlansReplay plansReplay;
    private boolean stopping;
    /** What is served for each shard that is held. */
    private final Map<Integer, List<Future<Registration>>> bindings = new HashMap<>();

    /** @param meters where it counts what it does */
    public ControlVerticle(Bus bus, ControlConfiguration configuration, InstantSource clock, MeterRegistry meters) {
        this(bus, configuration, clock, System::nanoTime, meters);
    }

    /**
     * For simulations.
     *
     * @param nanoTime the monotonic clock, which leases and bounds go by
     */
    public ControlVerticle(
            Bus bus,
            ControlConfiguration configuration,
            InstantSource clock,
            LongSupplier nanoTime,
            MeterRegistry meters) {
        this.nanoTime = nanoTime;
        this.bus = bus;
        this.configuration = configuration;
        this.clock = new DatabaseClock(clock, nanoTime);
        this.meters = new ControlMeters(meters);
    }

    @Override
    public Future<?> start() {
        compose();
        return executors
                .start()
                .compose(heard -> lease.take())
                .compose(taken -> serve())
                .compose(served -> begin(lease.term()));
    }

    private void compose() {
        lease = new ShardLease(
                vertx,
                bus,
                clock,
                configuration.ownerId(),
                configuration.lease(),
                bus.leavesProcess(),
                this::lost,
                this::gained,
                nanoTime);
        GraphCatalog graphs = new GraphCatalog(vertx, bus);
        ExecutionController controller = new ExecutionController(bus);
        LifetimeLoader loader = new LifetimeLoader(bus, graphs);
        RunningLifetimes running = new RunningLifetimes(bus, configuration.quotas(), nanoTime);
        Dispatcher dispatcher = new Dispatcher(vertx, bus, clock, configuration, running.quotas());
        // Fixed for each owner, and another one for the next.
        Random random = new Random(configuration.ownerId().hashCode());
        Quarantine quarantine = new Quarantine(bus, lease, meters);
        orchestrator = new GraphOrchestrator(
                vertx,
                bus,
                clock,
                configuration,
                lease,
                controller,
                new LifetimeStarter(vertx, bus, clock, graphs, controller, loader, lease),
                loader,
                dispatcher,
                running,
                quarantine,
                random,
                meters,
                nanoTime);
        meters.watch(orchestrator, dispatcher, lease);
        replay = new LifetimeReplay(vertx, bus, graphs, loader);
        plansReplay = new PlansReplay(vertx, bus, graphs, loader);
        executors = new LiveExecutors(bus, bus.leavesProcess(), nanoTime);
        CarefulRecovery careful = new CarefulRecovery(vertx, quarantine, lease);
        recovery = new ShardRecovery(vertx, bus, orchestrator, careful, configuration.recoveryPerSecond(), random);
        wakeups = new Wakeups(vertx, bus, clock, configuration.sweepInterval(), lease, orchestrator, careful);
        reconciler =
                new Reconciler(vertx, bus, clock, configuration.sweepInterval(), orchestrator, dispatcher, executors);
    }

    /** When the shards are lost before they are all served, whoever takes them anew begins. */
    private Future<Void> begin(int term) {
        return serveShards().onSuccess(served -> {
            if (term == lease.term()) {
                drive();
            }
        });
    }

    /** What comes by itself is not kept waiting by how much there is to be recovered. */
    private void drive() {
        wakeups.start();
        reconciler.start();
        recover(lease.shards());
    }

    /** What cannot be recovered is taken anew with all the rest. */
    private void recover(Collection<Integer> shards) {
        int term = lease.term();
        recovery.recover(shards).onFailure(cause -> {
            if (term == lease.term()) {
                LOG.warn("the lifetimes of {} shards were not recovered: {}", shards.size(), cause.getMessage());
                lease.lose();
            }
        });
    }

    private Future<CheckResponse> check(CheckRequest request) {
        if (!lease.isValid()) {
            return Future.succeededFuture(notReady("it does not hold its shards"));
        }
        return Future.succeededFuture(
                servesAll()
                        ? CheckResponse.newBuilder().setReady(true).build()
                        : notReady("it does not serve all of its shards yet"));
    }

    private static CheckResponse notReady(String reason) {
        return CheckResponse.newBuilder().setReason(reason).build();
    }

    /** To tell others of what was gained takes a moment; who stops another process meanwhile makes it longer. */
    private boolean servesAll() {
        return bindings.keySet().containsAll(lease.shards())
                && bindings.values().stream().flatMap(List::stream).allMatch(Future::succeeded);
    }

    private Future<Void> serve() {
        return Future.all(
                        bus.serve(Addresses.CONTROL_CHECK, this::check),
                        bus.serve(Addresses.CONTROL_REPLAY, replay::replay),
                        bus.serve(Addresses.CONTROL_REPLAY_PLANS, plansReplay::replay),
                        bus.subscribe(Addresses.CONTROL_FREE_SHARDS, free -> lease.look()))
                .mapEmpty();
    }

    /** Serves what is held now, and nothing else any more. */
    private Future<Void> serveShards() {
        Set<Integer> held = lease.shards();
        for (int shard : List.copyOf(bindings.keySet())) {
            // What could not be served is tried again.
            boolean hasFailed = bindings.get(shard).stream().anyMatch(Future::failed);
            if (!held.contains(shard) || hasFailed) {
                bindings.remove(shard).forEach(binding -> binding.compose(Registration::end));
            }
        }
        held.forEach(shard -> bindings.computeIfAbsent(shard, number -> bind(new Shard(number))));
        return Future.all(bindings.values().stream().flatMap(List::stream).toList())
                .mapEmpty();
    }

    private List<Future<Registration>> bind(Shard shard) {
        return List.of(
                bus.serve(List.of(
                        new Service<>(Addresses.CONTROL_START.at(shard), orchestrator::start),
                        new Service<>(Addresses.CONTROL_FORK.at(shard), orchestrator::fork),
                        new Service<>(Addresses.CONTROL_SIGNAL.at(shard), orchestrator::signal),
                        new Service<>(Addresses.CONTROL_REPORT_WAITING.at(shard), orchestrator::waiting),
                        new Service<>(Addresses.CONTROL_REPORT_REFUSED_RECORD.at(shard), orchestrator::recordRefused))),
                bus.subscribe(Addresses.CONTROL_RECORDED.at(shard), orchestrator::recorded));
    }

    /** What cannot be served is taken anew with all the rest. */
    private void gained(List<Integer> shards) {
        serveShards().onSuccess(served -> driveMore(shards)).onFailure(cause -> {
            LOG.warn("{} shards that were taken are not driven yet: {}", shards.size(), cause.getMessage());
            lease.lose();
        });
    }

    private void driveMore(List<Integer> shards) {
        wakeups.lookAgain();
        recover(shards);
    }

    private void lost() {
        meters.leaseLost();
        retake();
    }

    private void retake() {
        if (stopping) {
            return;
        }
        forgetAll();
        Future<Void> taken = lease.take();
        int term = lease.term();
        taken.compose(held -> begin(term)).onFailure(cause -> {
            if (!stopping && term == lease.term()) {
                LOG.error("the shards were not taken, trying again: {}", cause.getMessage());
                vertx.setTimer(RETAKE_DELAY_MS, id -> retake());
            }
        });
    }

    /** Stops deciding and gives the shards up; what is running is found again by whoever takes them next. */
    @Override
    public Future<?> stop() {
        stopping = true;
        forgetAll();
        return lease.release();
    }

    private void forgetAll() {
        wakeups.stop();
        reconciler.stop();
        recovery.stop();
        orchestrator.dropAll();
    }
}
