package io.ticktock.launcher;

import io.ticktock.api.HealthVerticle;
import io.ticktock.api.operation.Readiness;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Delivery;
import io.ticktock.cluster.Cluster;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.LauncherConfiguration.HealthPort;
import io.ticktock.proto.v1.CheckResponse;
import io.ticktock.state.StateConfiguration;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Chosen modules, started on one Vert.x in the order of their table and stopped in the opposite order. */
final class Deployment implements AutoCloseable {

    /** Where it is in its life, for whoever watches over it. */
    private enum Phase {
        STARTING,
        WORKING,
        STOPPING;

        Map<String, CheckResponse> said() {
            String reason = "the process is " + name().toLowerCase(Locale.ROOT);
            return Map.of(
                    "launcher", CheckResponse.newBuilder().setReason(reason).build());
        }
    }

    /** An event loop that does not turn for so long hardly ever turns again. */
    private static final Duration STUCK = Duration.ofSeconds(30);

    private final Traces traces;
    private final Vertx vertx;
    private final Optional<Cluster> cluster;
    private final Bus bus;
    private final Set<SystemModule> modules = EnumSet.noneOf(SystemModule.class);
    private final CompletableFuture<Integer> listening = new CompletableFuture<>();
    private final CompletableFuture<Integer> healthPort = new CompletableFuture<>();
    private final EventLoops eventLoops = new EventLoops(STUCK);
    private volatile Phase phase = Phase.STARTING;
    private ProcessMeters meters = ProcessMeters.unseen();
    private Optional<ScriptedModel> scriptedModel = Optional.empty();
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
        Optional<HealthPort> health = configuration.launcher().health();
        if (chosen.contains(SystemModule.API) || health.isPresent()) {
            meters = ProcessMeters.exposed();
            int loops = configuration.launcher().eventLoops();
            deploy(VerticleDefinition.instances(loops, () -> eventLoops.watched(meters.registry())));
        }
        // Before the modules, since they may have to wait for others.
        health.ifPresent(port -> deploy(VerticleDefinition.of(() -> health(port, chosen))));
        // Workers outside may come to any member.
        boolean takesWorkers = cluster.isPresent() || chosen.contains(SystemModule.API);
        Configuration complete = withModel(chosen, configuration);
        Wiring wiring = new Wiring(vertx, bus, complete, state, instanceId, takesWorkers, listening, meters);
        OtherMembers others =
                OtherMembers.of(vertx, bus, chosen, configuration.cluster().filter(set -> cluster.isPresent()));
        for (SystemModule module : EnumSet.copyOf(chosen)) {
            others.awaitThoseBefore(module);
            deploy(ModuleTable.definition(module, wiring));
            modules.add(module);
        }
        others.awaitAll();
        phase = Phase.WORKING;
    }

    private Configuration withModel(Set<SystemModule> chosen, Configuration configuration) {
        if (!chosen.contains(SystemModule.EXECUTOR) || !configuration.needsScriptedModel()) {
            return configuration;
        }
        ScriptedModel model = ScriptedModel.start(vertx);
        scriptedModel = Optional.of(model);
        return configuration.with(model.in(configuration.llm()));
    }

    private HealthVerticle health(HealthPort port, Set<SystemModule> chosen) {
        Readiness readiness = new Readiness(bus, words(chosen));
        return new HealthVerticle(
                port.host(),
                port.port(),
                () -> phase == Phase.WORKING ? readiness.look() : Future.succeededFuture(phase.said()),
                eventLoops::isOneStuck,
                meters.exposition(),
                healthPort::complete);
    }

    /** The way in works when all do, the others for themselves. */
    private static Set<String> words(Set<SystemModule> chosen) {
        Set<SystemModule> asked = chosen.contains(SystemModule.API) ? SystemModule.engine() : chosen;
        return asked.stream().map(SystemModule::word).collect(Collectors.toUnmodifiableSet());
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

    /** Of health and metrics alone; empty when they have none. */
    Optional<Integer> healthPort() {
        return Optional.ofNullable(healthPort.getNow(null));
    }

    /** Empty where none stands in for a real one. */
    Optional<ScriptedModel> scriptedModel() {
        return scriptedModel;
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
        phase = Phase.STOPPING;
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
