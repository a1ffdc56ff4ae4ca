package io.ticktock.launcher;

import io.ticktock.bus.Bus;
import io.ticktock.bus.Delivery;
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

    /** What runs, and how it is let end. */
    private record Deployed(String deploymentId, VerticleDefinition definition) {}

    private final Traces traces;
    private final Vertx vertx;
    private final Bus bus;
    private final Set<SystemModule> modules = EnumSet.noneOf(SystemModule.class);
    private final CompletableFuture<Integer> listening = new CompletableFuture<>();
    private ProcessMeters meters = ProcessMeters.unseen();
    private final Deque<Deployed> deployed = new ArrayDeque<>();

    /** With nothing started yet; messages between the modules are in the hands of this delivery. */
    Deployment(Configuration configuration, Delivery delivery) {
        this.vertx = vertx(configuration.launcher().eventLoops());
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
        Wiring wiring = new Wiring(
                vertx, bus, configuration, state, instanceId, chosen.contains(SystemModule.API), listening, meters);
        for (SystemModule module : EnumSet.copyOf(chosen)) {
            deploy(ModuleTable.definition(module, wiring));
            modules.add(module);
        }
    }

    static Vertx vertx(int eventLoops) {
        // Nothing is read from the class path through Vert.x, so it needs no folder to copy such files to.
        FileSystemOptions files =
                new FileSystemOptions().setClassPathResolvingEnabled(false).setFileCachingEnabled(false);
        return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(eventLoops).setFileSystemOptions(files));
    }

    void deploy(VerticleDefinition definition) {
        DeploymentOptions options = new DeploymentOptions().setInstances(definition.instances());
        Future<String> deployment = vertx.deployVerticle(definition.verticle(), options);
        deployed.push(new Deployed(Client.await(deployment), definition));
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
        while (!deployed.isEmpty()) {
            Deployed last = deployed.pop();
            stopped = stopped.eventually(() -> stop(last));
        }
        try {
            Client.await(stopped.eventually(vertx::close));
        } finally {
            meters.close();
            traces.close();
        }
    }

    private Future<Void> stop(Deployed module) {
        return vertx.undeploy(module.deploymentId())
                .eventually(module.definition().drain());
    }
}
