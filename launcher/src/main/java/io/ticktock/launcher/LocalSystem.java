package io.ticktock.launcher;

import io.ticktock.bus.Bus;
import io.ticktock.bus.Delivery;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.cluster.ClusterConfiguration;
import io.ticktock.control.ReplayVerticle;
import io.ticktock.executor.EvaluationVerticle;
import io.ticktock.guardrail.RecomputationVerticle;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.state.DatabaseAddress;
import io.ticktock.state.EmbeddedPostgres;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The system on a data folder: its database, the modules that this process started, and a client that asks them. */
final class LocalSystem implements ReachedSystem {

    private final Configuration configuration;
    private final Optional<EmbeddedPostgres> postgres;
    private final Optional<ClusterMember> member;
    private final Deployment deployment;

    private LocalSystem(Configuration configuration, Optional<EmbeddedPostgres> postgres, Deployment deployment) {
        this(configuration, postgres, Optional.empty(), deployment);
    }

    private LocalSystem(
            Configuration configuration,
            Optional<EmbeddedPostgres> postgres,
            Optional<ClusterMember> member,
            Deployment deployment) {
        this.configuration = configuration;
        this.postgres = postgres;
        this.member = member;
        this.deployment = deployment;
    }

    /** With these modules; refused as wrong usage when another process serves the data folder. */
    static LocalSystem start(Configuration configuration, Set<SystemModule> modules) {
        return start(configuration, modules, Delivery.DIRECT);
    }

    /** As above; messages between the modules are in the hands of this delivery. */
    static LocalSystem start(Configuration configuration, Set<SystemModule> modules, Delivery delivery) {
        return start(() -> open(configuration, modules, delivery));
    }

    /** As one of several processes where the configuration says so, else alone. */
    static LocalSystem serve(Configuration configuration, Set<SystemModule> modules) {
        return configuration.cluster().isEmpty()
                ? start(configuration, modules)
                : start(() -> join(configuration, configuration.cluster().get(), modules));
    }

    private static LocalSystem start(Supplier<LocalSystem> starting) {
        try {
            return starting.get();
        } catch (Failure failure) {
            if (failure.code() != FailureCode.FAILED_PRECONDITION) {
                throw failure;
            }
            throw new CommandFailure(ExitCode.USAGE, failure.getMessage(), failure);
        }
    }

    private static LocalSystem join(
            Configuration configuration, ClusterConfiguration cluster, Set<SystemModule> modules) {
        if (modules.contains(SystemModule.STATE) && !hasUrl(configuration)) {
            throw CommandFailure.usage("module state of one of several processes needs a database that they share;"
                    + " --database-url, state.database_url or TICKTOCK_STATE_DATABASE_URL says where it is");
        }
        ClusterMember member = ClusterMember.join(
                dataFolder(configuration),
                cluster,
                modules,
                configuration.blob().s3().isEmpty(),
                Deployment.options(configuration.launcher().eventLoops()));
        Deployment deployment = new Deployment(configuration, member.cluster());
        LocalSystem system = new LocalSystem(configuration, Optional.empty(), Optional.of(member), deployment);
        Optional<DatabaseAddress> database =
                modules.contains(SystemModule.STATE) ? database(configuration) : Optional.empty();
        return system.started(modules, database);
    }

    static LocalSystem startAll(Configuration configuration) {
        return start(configuration, SystemModule.engine());
    }

    private static LocalSystem open(Configuration configuration, Set<SystemModule> modules, Delivery delivery) {
        ModuleAddresses.requireServed(modules);
        if (hasUrl(configuration) || !modules.contains(SystemModule.STATE)) {
            return connect(configuration, modules, database(configuration), delivery);
        }
        CompletableFuture<EmbeddedPostgres> starting =
                CompletableFuture.supplyAsync(() -> EmbeddedPostgres.start(dataFolder(configuration)));
        // While the database starts, which is mostly waiting for it.
        Deployment deployment = new Deployment(configuration, delivery);
        EmbeddedPostgres postgres = await(starting, deployment);
        LocalSystem system = new LocalSystem(configuration, Optional.of(postgres), deployment);
        return system.started(modules, Optional.of(postgres.address()));
    }

    private static EmbeddedPostgres await(CompletableFuture<EmbeddedPostgres> starting, Deployment deployment) {
        try {
            return starting.join();
        } catch (CompletionException e) {
            deployment.close();
            throw Failure.of(e.getCause());
        }
    }

    private static LocalSystem connect(
            Configuration configuration,
            Set<SystemModule> modules,
            Optional<DatabaseAddress> database,
            Delivery delivery) {
        LocalSystem system = new LocalSystem(configuration, Optional.empty(), new Deployment(configuration, delivery));
        return system.started(modules, database);
    }

    /** Itself, with these modules running; with nothing running when it fails. */
    private LocalSystem started(Set<SystemModule> modules, Optional<DatabaseAddress> database) {
        try {
            deployment.start(
                    modules,
                    configuration,
                    database.map(configuration.state()::at),
                    InstanceId.of(dataFolder(configuration)));
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** To read: on the database alone, also while another process serves the data folder. */
    static LocalSystem toLookAt(Configuration configuration) {
        if (!hasUrl(configuration) && !Files.isDirectory(dataFolder(configuration))) {
            throw CommandFailure.usage("there is no data folder '" + dataFolder(configuration)
                    + "'; --data names the one that 'ticktock run' or 'ticktock serve' was given");
        }
        return startOrAttach(configuration, EnumSet.of(SystemModule.STATE, SystemModule.BLOB));
    }

    /** To decide anew what is recorded: as {@link #toLookAt}, with what replays need and nothing that drives lifetimes. */
    static LocalSystem toReplay(Configuration configuration) {
        LocalSystem system = toLookAt(configuration);
        try {
            system.deploy(new RecomputationVerticle(system.bus(), configuration.guardrail()));
            system.deploy(new EvaluationVerticle(
                    system.bus(), configuration.executor().bounds()));
            system.deploy(new ReplayVerticle(system.bus()));
            return system;
        } catch (RuntimeException e) {
            system.close();
            throw e;
        }
    }

    /** To change something: through the process that serves the data folder; where there is none, this one does. */
    static LocalSystem toSteer(Configuration configuration) {
        return startOrAttach(configuration, SystemModule.engine());
    }

    /** To make tenants and keys: on the database alone, of a data folder that need not be there before. */
    static LocalSystem toAdminister(Configuration configuration) {
        return startOrAttach(configuration, EnumSet.of(SystemModule.STATE));
    }

    private static LocalSystem startOrAttach(Configuration configuration, Set<SystemModule> modules) {
        Set<SystemModule> readers = readers(configuration);
        if (hasUrl(configuration)) {
            return connect(configuration, readers, database(configuration), Delivery.DIRECT);
        }
        try {
            return open(configuration, modules, Delivery.DIRECT);
        } catch (Failure failure) {
            if (failure.code() != FailureCode.FAILED_PRECONDITION) {
                throw failure;
            }
            Optional<DatabaseAddress> served = EmbeddedPostgres.connectionTo(dataFolder(configuration));
            if (served.isEmpty()) {
                throw new CommandFailure(ExitCode.USAGE, failure.getMessage(), failure);
            }
            return connect(configuration, readers, served, Delivery.DIRECT);
        }
    }

    /** A folder of blobs belongs to the process that serves; a bucket may be read by all. */
    private static Set<SystemModule> readers(Configuration configuration) {
        return configuration.blob().s3().isPresent()
                ? EnumSet.of(SystemModule.STATE, SystemModule.BLOB)
                : EnumSet.of(SystemModule.STATE);
    }

    private static Optional<DatabaseAddress> database(Configuration configuration) {
        return hasUrl(configuration)
                ? Optional.of(DatabaseAddress.parse(configuration.state().databaseUrl()))
                : Optional.empty();
    }

    private static boolean hasUrl(Configuration configuration) {
        return !configuration.state().databaseUrl().isEmpty();
    }

    private static Path dataFolder(Configuration configuration) {
        return configuration.launcher().dataFolder();
    }

    @Override
    public Client client() {
        return clientOf(Client.DEFAULT_TENANT);
    }

    Client clientOf(String tenantId) {
        return new Client(new BusConnection(deployment.vertx(), deployment.bus()), tenantId, drivesHere());
    }

    @Override
    public Payloads payloads() {
        int inlineLimitBytes = configuration.executor().bounds().inlineLimitBytes();
        return new Payloads(client(), inlineLimitBytes, deployment.has(SystemModule.BLOB));
    }

    Vertx vertx() {
        return deployment.vertx();
    }

    Bus bus() {
        return deployment.bus();
    }

    void deploy(VerticleBase verticle) {
        deployment.deploy(VerticleDefinition.of(() -> verticle));
    }

    @Override
    public boolean drivesHere() {
        return deployment.has(SystemModule.CONTROL);
    }

    @Override
    public OptionalLong databasePid() {
        return postgres.isPresent() ? OptionalLong.of(postgres.get().pid()) : OptionalLong.empty();
    }

    /** Where HTTP and gRPC are served; empty when they are not. */
    Optional<String> address() {
        String scheme = configuration.api().tls().isPresent() ? "https" : "http";
        return deployment
                .port()
                .map(port -> scheme + "://" + configuration.api().host() + ":" + port);
    }

    /** Such as {@code modules state, blob on data folder data}. */
    String description() {
        String words = deployment.modules().stream().map(SystemModule::word).collect(Collectors.joining(", "));
        String way = address().map(address -> "; HTTP and gRPC at " + address).orElse("");
        String place = member.map(ClusterMember::description).orElse("");
        String health = healthAddress()
                .map(address -> "; health and metrics at " + address)
                .orElse("");
        String model = deployment
                .scriptedModel()
                .map(scripted -> "; a scripted model, which is none, at " + scripted.url())
                .orElse("");
        return "modules " + words + " on data folder " + dataFolder(configuration) + place + way + health + model;
    }

    private Optional<String> healthAddress() {
        return configuration
                .launcher()
                .health()
                .flatMap(health -> deployment.healthPort().map(port -> "http://" + health.host() + ":" + port));
    }

    @Override
    public String flags() {
        return " --data " + dataFolder(configuration)
                + configuration
                        .guardrail()
                        .policies()
                        .map(path -> " --set guardrail.policies=" + path)
                        .orElse("")
                + (configuration.needsScriptedModel() ? " --set " + ScriptedModel.SETTING : "");
    }

    @Override
    public void close() {
        try {
            deployment.close();
        } finally {
            member.ifPresent(ClusterMember::close);
            postgres.ifPresent(EmbeddedPostgres::close);
        }
    }
}
