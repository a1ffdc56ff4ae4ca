package io.ticktock.launcher;

import io.ticktock.bus.Bus;
import io.ticktock.bus.Delivery;
import io.ticktock.cluster.Cluster;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.state.StateConfiguration;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Chosen modules, started on one Vert.x in the order of their table and stopped in the opposite order. */
final class Deployment implements AutoCloseable {

    private final Traces traces;
    private final Vertx vertx;
    private final Optional<Cluster> cluster;
    private final Bus bus;
    private final Set<SystemModule> modules = EnumSet.noneOf(SystemModule.class);
    private final CompletableFuture<Integer> listening = new CompletableFuture<>();
    private ProcessMeters meters = ProcessMeters.unseen();
    private final Deque<String> deploymentIds = new ArrayDeque<>();

    /** With nothing started yet; messages between the modules are in the hands of this delivery. */
    Deployment(Configuration configuration, Delivery delivery) {
        this(
                configuration,
                delivery,
                Vertx.vertx(options(configuration.launcher().eventLoops())),
                Optional.empty());
    }

    /** As one of several processes, which the deployment leaves when it is closed. */
    Deployment(Configuration configuration, Cluster cluster) {
        this(configuration, Delivery.DIRECT, cluster.vertx(), Optional.of(cluster));
    }

    private Deployment(Configuration configuration, Delivery delivery, Vertx vertx, Optional<Cluster> cluster) {
        this.vertx = vertx;
        this.cluster = cluster;
        this.traces = Traces.of(configuration.telemetry());
        this.bus = new Bus(vertx, delivery, traces.tracing());
    }

    /** Starts these in their order; fails at the first that does not start. */
    void start(
            Set<SystemModule> chosen,
            Configuration configuration,
            Optional<StateConfiguration> state,
            String instanceId) {
        if (chosen.contains(SystemModule.API)) {
            meters = ProcessMeters.exposed();
            int loops = configuration.launcher().eventLoops();
            deploy(VerticleDefinition.instances(loops, () -> new LoopDelayVerticle(meters.registry())));
        }
        // Workers outside may come to any member.
        boolean takesWorkers = cluster.isPresent() || chosen.contains(SystemModule.API);
        Wiring wiring = new Wiring(vertx, bus, configuration, state, instanceId, takesWorkers, listening, meters);
        OtherMembers others =
                OtherMembers.of(vertx, bus, chosen, configuration.cluster().filter(set -> cluster.isPresent()));
        for (SystemModule module : EnumSet.copyOf(chosen)) {
            others.awaitThoseBefore(module);
            deploy(ModuleTable.definition(module, wiring));
            modules.add(module);
        }
        others.awaitAll();
    }

    static VertxOptions options(int eventLoops) {
        // Nothing is read from the class path through Vert.x, so it needs no folder to copy such files to.
        FileSystemOptions files =
                new FileSystemOptions().setClassPathResolvingEnabled(false).setFileCachingEnabled(false);
        return new VertxOptions().setEventLoopPoolSize(eventLoops).setFileSystemOptions(files);
    }

    void deploy(VerticleDefinition definition) {
        DeploymentOptions options = new DeploymentOptions().setInstances(definition.instances());
        Future<String> deployment = vertx.deployVerticle(definition.verticle(), options);
        deploymentIds.push(Client.await(deployment));
    }

    Bus bus() {
        return bus;
    }

    Vertx vertx() {
        return vertx;
    }

    /** Of the way in; empty when it is not among the modules. */
    Optional<Integer> port() {
        return Optional.ofNullable(listening.getNow(null));
    }

    boolean has(SystemModule module) {
        return modules.contains(module);
    }

    Set<SystemModule> modules() {
        return modules;
    }

    /** Lets every module end what it has begun; one that fails to does not keep the others from it. */
    @Override
    public void close() {
        Future<Void> stopped = Future.succeededFuture();
        while (!deploymentIds.isEmpty()) {
            String last = deploymentIds.pop();
            stopped = stopped.eventually(() -> vertx.undeploy(last));
        }
        try {
            Client.await(stopped);
        } finally {
            leave();
        }
    }

    private void leave() {
        try {
            cluster.ifPresentOrElse(Cluster::leave, () -> Client.await(vertx.close()));
        } finally {
            meters.close();
            traces.close();
        }
    }
}
