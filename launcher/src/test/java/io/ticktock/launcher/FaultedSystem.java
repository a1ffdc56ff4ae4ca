package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Shard;
import io.ticktock.launcher.crash.StoredRows;
import io.ticktock.launcher.faults.Disk;
import io.ticktock.launcher.faults.Namespaces;
import io.ticktock.launcher.faults.Network;
import io.ticktock.launcher.faults.Relay;
import io.ticktock.launcher.faults.ServerPorts;
import io.ticktock.launcher.faults.WallClock;
import io.ticktock.state.DatabaseAddress;
import io.ticktock.state.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Five processes of the packed program, and all around them that can go wrong: the database and what lies between it and
 * them, the disk, the network between members, each process's clock, two workers outside.
 */
final class FaultedSystem implements AutoCloseable {

    static final List<Integer> ENGINES = List.of(0, 1);
    static final int STORE = 2;
    static final List<Integer> APIS = List.of(3, 4);
    static final List<Integer> ALL = List.of(0, 1, 2, 3, 4);
    static final List<Integer> WORKERS = List.of(0, 1);

    static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int MOST_PRINTED = 10_000;
    private static final int DISK_MB = Integer.getInteger("faults.disk_mb", 768);
    private static final List<String> SPLIT =
            List.of("control,guardrail,executor", "control,guardrail,executor", "state,blob", "api", "api");

    private final Path folder;
    private final Disk disk;
    private final Network network;
    private final Relay relay;
    private final SplitSystem system;
    private final List<WallClock> clocks = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final WorkerProcess[] workers = new WorkerProcess[WORKERS.size()];
    private final Queue<Long> takeoversMs = new ConcurrentLinkedQueue<>();
    private EmbeddedPostgres postgres;
    private String workerKey = "";

    FaultedSystem(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        this.folder = folder;
        this.disk = Disk.at(folder.resolve("disk"), DISK_MB);
        this.network = network(folder);
        this.postgres = EmbeddedPostgres.start(disk.folder());
        this.relay = new Relay(
                network.host(SPLIT.size()),
                () -> new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), postgres.address().port()));
        for (int i = 0; i < SPLIT.size(); i++) {
            ports.add(ServerPorts.free());
            Path altered = Files.createDirectories(folder.resolve("altered-" + i));
            clocks.add(WallClock.in(altered, Path.of(System.getProperty("ticktock.jar"))));
        }
        this.system = new SplitSystem(disk.folder(), network, SPLIT, throughRelay(), this::settings);
    }

    /** Until all are ready. */
    void start() throws IOException, InterruptedException {
        for (int member : ALL) {
            launch(member);
        }
        system.join();
        for (int member : ALL) {
            system.process(member).awaitReady();
        }
    }

    private static Network network(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        ServerCertificate own = ServerCertificate.in(folder);
        try {
            return Namespaces.make(Set.of(0, 1, STORE), new Network.Certificate(own.certificate(), own.key()));
        } catch (IOException e) {
            System.out.println(
                    "faults: NO NETWORKS MAY BE MADE HERE, so members that cannot reach each other are members"
                            + " that stand still instead: " + e.getMessage());
            return new Network.Loopback();
        }
    }

    private DatabaseAddress throughRelay() {
        DatabaseAddress direct = postgres.address();
        return new DatabaseAddress(
                network.host(SPLIT.size()),
                relay.port(),
                direct.database(),
                direct.user(),
                direct.password(),
                "disable");
    }

    private List<String> settings(int member) {
        return List.of(
                "api.port=" + ports.get(member),
                "cluster.silence=3s",
                "control.lease=" + LEASE.toMillis() + "ms",
                "control.park_after=500ms",
                // So that what is large for the test is cheap to have, and memory soon has what it will have.
                "executor.inline_limit_bytes=16384",
                "executor.cache_bytes=4194304",
                "state.cache_bytes=4194304");
    }

    private void launch(int member) throws IOException {
        system.start(member, List.of(folder.resolve("altered-" + member)));
    }

    // What faults and their healing do.

    void start(int member) throws IOException, InterruptedException {
        launch(member);
        system.process(member).awaitReady();
    }

    JarProcess process(int member) {
        return system.process(member);
    }

    /** What each process has printed last, to understand why it stands still. */
    String printed() {
        return ALL.stream()
                .map(member ->
                        "\n=== member " + member + ": " + last(process(member).printed()))
                .collect(Collectors.joining());
    }

    private static String last(String printed) {
        return printed.substring(Math.max(0, printed.length() - MOST_PRINTED));
    }

    SplitSystem system() {
        return system;
    }

    WallClock clock(int member) {
        return clocks.get(member);
    }

    Relay relay() {
        return relay;
    }

    Disk disk() {
        return disk;
    }

    /** Absent where none may be made. */
    Optional<Namespaces> namespaces() {
        return network instanceof Namespaces namespaces ? Optional.of(namespaces) : Optional.empty();
    }

    /** The database's main process. */
    ProcessHandle postmaster() {
        return ProcessHandle.of(postgres.pid()).orElseThrow();
    }

    List<ProcessHandle> databaseProcesses() {
        return ProcessHandle.of(postgres.pid())
                .map(main -> Stream.concat(Stream.of(main), main.descendants()).toList())
                .orElse(List.of());
    }

    /** Whoever runs it starts it again when it ends, but not when it could not start. */
    void awaitDatabase() throws InterruptedException {
        if (!isTrueWithin(Duration.ofSeconds(15), this::databaseAnswers)) {
            System.out.println("faults: the database did not come back by itself and is started again");
            postgres.close();
            postgres = EmbeddedPostgres.start(disk.folder());
            assertTrue(isTrueWithin(PATIENCE, this::databaseAnswers), "the database does not come back");
        }
    }

    /** So that its log does not fill the small disk by itself. */
    void checkpoint() {
        rows().execute("CHECKPOINT");
    }

    private boolean databaseAnswers() {
        try {
            return rows().number("SELECT 1") == 1;
        } catch (RuntimeException | AssertionError e) {
            return false;
        }
    }

    /** As an administrator of the database does, past the relay. */
    StoredRows rows() {
        return new StoredRows(system.vertx(), postgres.address());
    }

    void driveWorkers(String key) throws IOException, InterruptedException {
        workerKey = key;
        for (int worker : WORKERS) {
            startWorker(worker);
        }
    }

    void startWorker(int worker) throws IOException, InterruptedException {
        workers[worker] = WorkerProcess.ofEffects(url(worker), workerKey, ledger(worker), death(worker));
    }

    WorkerProcess worker(int worker) {
        return workers[worker];
    }

    Path ledger(int worker) {
        return folder.resolve("ledger-" + worker);
    }

    Path death(int worker) {
        return folder.resolve("death-" + worker);
    }

    /** Of one of those that serve the API, by their order. */
    String url(int api) {
        return "http://127.0.0.1:" + ports.get(APIS.get(api % APIS.size()));
    }

    long shards(int member) {
        return shardNumber("count(*)", member);
    }

    /** One that it holds. */
    Optional<Shard> shardOf(int member) {
        return shards(member) == 0 ? Optional.empty() : Optional.of(new Shard((int) shardNumber("min(shard)", member)));
    }

    private long shardNumber(String value, int member) {
        return rows().number(
                        "SELECT " + value + " FROM ticktock.shards WHERE owner_id = '" + system.owner(member) + "'");
    }

    static boolean isTrueWithin(Duration patience, BooleanSupplier condition) throws InterruptedException {
        Instant deadline = Instant.now().plus(patience);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(deadline)) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return true;
    }

    /** How long it takes until somebody drives what this one drives now, counted from now on. */
    void timeTakeover(int member) {
        Optional<Shard> shard = shardOf(member);
        long begunNanos = System.nanoTime();
        shard.ifPresent(watched -> system.driven(watched, PATIENCE)
                .onSuccess(driven -> takeoversMs.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos))));
    }

    List<Long> takeoversMs() {
        return List.copyOf(takeoversMs);
    }

    /** Whatever was made, in the opposite order, also where some of it cannot be undone. */
    @Override
    public void close() {
        List<AutoCloseable> made = new ArrayList<>(List.of(disk, network, postgres, relay, system));
        Arrays.stream(workers).filter(Objects::nonNull).forEach(made::add);
        List<Exception> failed = new ArrayList<>();
        for (int i = made.size() - 1; i >= 0; i--) {
            try {
                made.get(i).close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failed.add(e);
            } catch (Exception e) {
                failed.add(e);
            }
        }
        if (!failed.isEmpty()) {
            throw new IllegalStateException("not all was undone: " + failed, failed.get(0));
        }
    }
}
