package io.ticktock.launcher;

import com.github.f4b6a3.uuid.UuidCreator;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.cluster.Cluster;
import io.ticktock.cluster.ClusterConfiguration;
import io.ticktock.cluster.ClusterTls;
import io.ticktock.cluster.Endpoint;
import io.ticktock.cluster.MemberFacts;
import io.ticktock.launcher.crash.Journey;
import io.ticktock.launcher.faults.Network;
import io.ticktock.proto.v1.PauseCommand;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.state.DatabaseAddress;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Several processes of the packed program that are one system. The test is a member of it, too, of no module. */
final class SplitSystem implements AutoCloseable {

    private static final long ASK_EVERY_MS = 20;

    private final Path folder;
    private final Network network;
    private final List<String> split;
    private final DatabaseAddress database;
    private final IntFunction<List<String>> settings;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<JarProcess> processes;
    private Cluster cluster;
    private Bus bus;

    /**
     * @param split the modules of each process
     * @param database as those with the module {@code state} reach it
     * @param settings of each of them, such as {@code cluster.silence=3s}
     */
    SplitSystem(
            Path folder,
            Network network,
            List<String> split,
            DatabaseAddress database,
            IntFunction<List<String>> settings) {
        this.folder = folder;
        this.network = network;
        this.split = List.copyOf(split);
        this.database = database;
        this.settings = settings;
        this.processes = new ArrayList<>(Collections.nCopies(split.size(), null));
        for (int member = 0; member <= split.size(); member++) {
            endpoints.add(new Endpoint(network.host(member), network.freePort(member)));
        }
    }

    /** Starts one, also one that has ended, with these folders before the program's on its class path. */
    void start(int member, List<Path> altered) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "serve",
                "--cluster",
                "--modules",
                split.get(member),
                "--data",
                data(member).toString()));
        for (String setting : settings.apply(member)) {
            arguments.addAll(List.of("--set", setting));
        }
        List<String> members = endpoints.stream()
                .map(endpoint -> endpoint.host() + ":" + endpoint.port())
                .toList();
        arguments.addAll(List.of("--set", "cluster.members=" + String.join(",", members)));
        arguments.addAll(List.of("--set", "cluster.host=" + network.host(member)));
        arguments.addAll(
                List.of("--set", "cluster.port=" + endpoints.get(member).port()));
        network.certificate().ifPresent(certificate -> {
            arguments.addAll(List.of("--set", "cluster.tls_certificate=" + certificate.chain()));
            arguments.addAll(List.of("--set", "cluster.tls_key=" + certificate.key()));
            arguments.addAll(List.of("--set", "cluster.tls_authority=" + certificate.chain()));
        });
        if (split.get(member).contains("state")) {
            arguments.addAll(List.of("--database-url", url(database)));
        }
        processes.set(
                member,
                JarProcess.startWithTypes(folder, network.prefix(member), altered, arguments.toArray(String[]::new)));
    }

    static String url(DatabaseAddress address) {
        return "postgres://" + address.user() + ":" + address.password() + "@" + address.host() + ":" + address.port()
                + "/" + address.database() + "?sslmode=disable";
    }

    /** Makes the test a member. Blocks. */
    void join() {
        Optional<ClusterTls> tls = network.certificate()
                .map(certificate -> new ClusterTls(certificate.chain(), certificate.key(), certificate.chain()));
        Endpoint own = endpoints.get(split.size());
        cluster = Cluster.join(
                new ClusterConfiguration(
                        own.host(),
                        own.port(),
                        0,
                        endpoints,
                        Optional.empty(),
                        tls,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(5)),
                MemberFacts.of("test", List.of(), false),
                Deployment.options(2));
        bus = new Bus(cluster.vertx());
    }

    Vertx vertx() {
        return cluster.vertx();
    }

    Bus bus() {
        return bus;
    }

    Client client(String tenant) {
        return new Client(new BusConnection(cluster.vertx(), bus), tenant, true);
    }

    int size() {
        return split.size();
    }

    JarProcess process(int member) {
        return processes.get(member);
    }

    /** Those that run this module. */
    List<Integer> membersWith(String module) {
        return IntStream.range(0, split.size())
                .filter(member -> List.of(split.get(member).split(",")).contains(module))
                .boxed()
                .toList();
    }

    String modules(int member) {
        return split.get(member);
    }

    Path data(int member) {
        return folder.resolve("member-" + member);
    }

    /** The name under which a process holds shards. */
    String owner(int member) {
        return InstanceId.of(data(member));
    }

    /** Who drives a shard knows what is not in it; nobody else says anything of it. */
    Future<Void> driven(Shard shard, Duration patience) {
        SignalLifetimeRequest ask = SignalLifetimeRequest.newBuilder()
                .setSignal(Signal.newBuilder()
                        .setSignalId("whoever drives it")
                        .setTenantId(Journey.TENANT)
                        .setLifetimeId(idIn(shard).toString())
                        .setPause(PauseCommand.getDefaultInstance()))
                .build();
        Promise<Void> driven = Promise.promise();
        long timer = cluster.vertx()
                .setPeriodic(
                        ASK_EVERY_MS,
                        id -> bus.request(Addresses.CONTROL_SIGNAL.at(shard), ask)
                                .onFailure(cause -> {
                                    if (Failure.is(cause, FailureCode.NOT_FOUND)) {
                                        driven.tryComplete();
                                    }
                                }));
        return driven.future()
                .timeout(patience.toSeconds(), TimeUnit.SECONDS)
                .onComplete(done -> cluster.vertx().cancelTimer(timer));
    }

    /** A new lifetime's id that belongs to this shard. */
    static UUID idIn(Shard shard) {
        UUID random = UuidCreator.getTimeOrderedEpoch();
        long low = (random.getLeastSignificantBits() & -Shard.COUNT) | shard.number();
        return new UUID(random.getMostSignificantBits(), low);
    }

    /** All that have not ended, by force. */
    @Override
    public void close() {
        processes.stream().filter(process -> process != null).forEach(JarProcess::close);
        if (cluster != null) {
            cluster.leave();
        }
    }
}
