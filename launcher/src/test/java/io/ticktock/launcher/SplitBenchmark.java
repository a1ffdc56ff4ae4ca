package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Shard;
import io.ticktock.graph.GraphParser;
import io.ticktock.launcher.bench.BenchLoad;
import io.ticktock.launcher.bench.BenchPhase;
import io.ticktock.launcher.bench.ChainGraph;
import io.ticktock.launcher.bench.RecordCount;
import io.ticktock.launcher.faults.Network;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.Payload;
import io.ticktock.state.DatabaseAddress;
import io.ticktock.state.EmbeddedPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bench's load on systems of several processes, one after the other; the first one is a single process, to compare
 * with. Each line of figures begins with "split:". No record may be missing or double. The load's own process is not
 * in the processor time.
 *
 * <p>Not part of a build. {@code -Dit.test=SplitBenchmark} runs it, with
 * <ul>
 * <li>{@code -Dsplit.systems}: which systems, such as
 *     {@code "state,blob,guardrail,control,executor|state,blob;guardrail,control,executor;api"}; {@code pairs} is every choice
 *     of modules in one process and all others in another one. Systems with a plus between them run at the same time, on the
 *     same database server, and know nothing of each other: what they cost is what so many processes cost on this machine
 *     that are no system;
 * <li>{@code -Dsplit.lifetimes} and {@code -Dsplit.concurrency}: how much load; with {@code -Dsplit.each=true} for each process
 *     rather than for all together;
 * <li>{@code -Dsplit.task_ms}: how long each Task takes, so that processes are not always busy;
 * <li>{@code -Dsplit.warm_up}: how many lifetimes for each process before what is measured: it compiles what it runs, which is
 *     no cost of a step. What compilers still take is told apart, on Linux; {@code -XX:-UseDynamicNumberOfCompilerThreads} among
 *     {@code -Dserver.jvm} keeps their threads, and so their times, until the end.
 * </ul>
 */
class SplitBenchmark {

    private static final int LIFETIMES = Integer.getInteger("split.lifetimes", 6_000);
    private static final int WARM_UP = Integer.getInteger("split.warm_up", LIFETIMES);
    private static final int CONCURRENCY = Integer.getInteger("split.concurrency", 128);
    private static final boolean EACH = Boolean.getBoolean("split.each");
    private static final int TASK_MS = Integer.getInteger("split.task_ms", 0);
    private static final int STEPS = 20;
    /** Of the times in /proc. */
    private static final long MS_PER_TICK = 10;

    private static final String TENANT = "bench";
    private static final Duration LONGEST = Duration.ofMinutes(8);

    private static final List<String> MODULES = List.of("api", "guardrail", "executor", "blob", "state", "control");
    private static final String ENGINE = "state,guardrail,control,executor";
    private static final String FIRST = "blob," + ENGINE;

    @TempDir
    private Path folder;

    private final List<SplitSystem> systems = new ArrayList<>();
    private EmbeddedPostgres postgres;

    static Stream<String> systems() {
        String asked = System.getProperty("split.systems");
        if ("pairs".equals(asked)) {
            return pairs();
        }
        if (asked != null) {
            return Stream.of(asked.split("\\|"));
        }
        Stream<String> engines = IntStream.rangeClosed(1, 6).mapToObj(SplitBenchmark::engines);
        return Stream.concat(
                engines,
                Stream.of(
                        "state,blob;guardrail,control,executor",
                        "state,blob;guardrail,control,executor;guardrail,control,executor",
                        "api;api;guardrail,control,executor;guardrail,control,executor;state,blob",
                        "state;blob,guardrail;control;control;executor;executor"));
    }

    /** Every choice of modules beside a process of all others; the last one is alone. */
    private static Stream<String> pairs() {
        int choices = 1 << MODULES.size();
        return IntStream.range(choices / 2, choices)
                .mapToObj(choice -> choice == choices - 1
                        ? modules(choice)
                        : modules(choice) + ";" + modules(choices - 1 - choice));
    }

    private static String modules(int choice) {
        return IntStream.range(0, MODULES.size())
                .filter(module -> (choice >> module & 1) == 1)
                .mapToObj(MODULES::get)
                .collect(Collectors.joining(","));
    }

    /** So many processes, each of which can do everything. */
    private static String engines(int count) {
        return FIRST + (";" + ENGINE).repeat(count - 1);
    }

    @BeforeEach
    void startDatabase() {
        postgres = EmbeddedPostgres.start(folder.resolve("database"));
    }

    @AfterEach
    void stop() {
        systems.forEach(SplitSystem::close);
        postgres.close();
    }

    @ParameterizedTest
    @MethodSource("systems")
    @Timeout(1_200)
    void bench(String split) throws IOException, InterruptedException {
        start(split.split("\\+"));
        int processes = systems.stream().mapToInt(SplitSystem::size).sum();
        int lifetimes = EACH ? LIFETIMES * processes : LIFETIMES;
        int concurrency = EACH ? CONCURRENCY * processes : CONCURRENCY;
        load(0, WARM_UP * processes, concurrency);
        Duration membersBefore = cpuTime(members());
        Duration compilersBefore = compilersTime();
        Duration databaseBefore = cpuTime(database());
        List<BenchPhase> phases = load(TASK_MS, lifetimes, concurrency);
        double membersSeconds = seconds(cpuTime(members()).minus(membersBefore));
        double compilersSeconds = seconds(compilersTime().minus(compilersBefore));
        double databaseSeconds = seconds(cpuTime(database()).minus(databaseBefore));
        double thousandSteps = phases.stream().mapToLong(BenchPhase::steps).sum() / 1_000.0;
        System.out.printf(
                "split: %s: %d processes, %.0f steps/s, step p50 %.1f ms, p99 %.1f ms, %.3f s of CPU per 1000 steps, %.3f s"
                        + " of them compilers, and %.3f s of the database, ",
                split,
                processes,
                phases.stream().mapToDouble(BenchPhase::stepsPerSecond).sum(),
                longest(phases, 50),
                longest(phases, 99),
                membersSeconds / thousandSteps,
                compilersSeconds / thousandSteps,
                databaseSeconds / thousandSteps);
        requireComplete(phases, (long) lifetimes / systems.size() * systems.size() * STEPS);
    }

    private void requireComplete(List<BenchPhase> phases, long expected) {
        List<RecordCount> records = count(phases);
        long recorded = records.stream().mapToLong(RecordCount::recorded).sum();
        long missing = records.stream().mapToLong(RecordCount::missing).sum();
        long doubled = records.stream().mapToLong(RecordCount::doubled).sum();
        int unheard = phases.stream().mapToInt(BenchPhase::unheard).sum();
        System.out.printf(
                "%d records, %d missing, %d double, %d lifetimes unheard%n", recorded, missing, doubled, unheard);
        assertEquals(expected, recorded);
        assertEquals(0, missing);
        assertEquals(0, doubled);
    }

    private static double longest(List<BenchPhase> phases, double percentile) {
        return phases.stream()
                .mapToDouble(phase -> phase.stepMs(percentile))
                .max()
                .orElseThrow();
    }

    private List<RecordCount> count(List<BenchPhase> phases) {
        List<RecordCount> records = new ArrayList<>();
        for (int i = 0; i < phases.size(); i++) {
            RecordCount count = new RecordCount(systems.get(i).bus(), TENANT, STEPS);
            count.count(phases.get(i).lifetimeIds());
            records.add(count);
        }
        return records;
    }

    /** All at the same time. */
    private void start(String... splits) throws IOException, InterruptedException {
        for (String split : splits) {
            SplitSystem system = new SplitSystem(
                    Files.createDirectory(folder.resolve("system-" + systems.size())),
                    new Network.Loopback(),
                    List.of(split.split(";")),
                    splits.length == 1 ? postgres.address() : createDatabase("system_" + systems.size()),
                    member -> List.of());
            systems.add(system);
            for (int member = 0; member < system.size(); member++) {
                system.start(member, List.of());
            }
        }
        for (SplitSystem system : systems) {
            for (int member = 0; member < system.size(); member++) {
                system.process(member).awaitReady();
            }
            system.join();
        }
    }

    private DatabaseAddress createDatabase(String name) {
        Vertx vertx = Vertx.vertx();
        try {
            PgConnectOptions options = PgConnectOptions.fromUri(SplitSystem.url(postgres.address()));
            Client.await(PgConnection.connect(vertx, options)
                    .compose(connection -> connection
                            .query("CREATE DATABASE " + name)
                            .execute()
                            .eventually(connection::close)));
        } finally {
            Client.await(vertx.close());
        }
        return postgres.address().withDatabase(name);
    }

    /** Each system gets its part, and all at the same time. */
    private List<BenchPhase> load(int taskMs, int lifetimes, int concurrency) {
        List<BenchLoad> loads = systems.stream()
                .map(system -> load(system, taskMs, lifetimes / systems.size(), concurrency / systems.size()))
                .toList();
        try {
            return Future.all(loads.stream().map(BenchLoad::done).toList())
                    .map(done ->
                            loads.stream().map(load -> load.done().result()).toList())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(LONGEST.toSeconds(), TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw new AssertionError(printed(), e);
        }
    }

    private static BenchLoad load(SplitSystem system, int taskMs, int lifetimes, int concurrency) {
        byte[] file = ChainGraph.text(STEPS, taskMs).getBytes(StandardCharsets.UTF_8);
        GraphReference graph = system.client(TENANT).register(GraphParser.parse("bench.yaml", file, TENANT));
        Payload input = Payload.newBuilder()
                .setInline(ByteString.copyFromUtf8("{\"text\":\"" + "x".repeat(189) + "\"}"))
                .build();
        BenchLoad load = new BenchLoad(
                system.bus(),
                graph,
                input,
                lifetimes,
                concurrency,
                () -> LifetimeId.random().uuid(),
                request ->
                        system.bus().request(Addresses.CONTROL_START.at(Shard.of(request.getLifetimeId())), request));
        Client.await(system.vertx().deployVerticle(load));
        return load;
    }

    private String printed() {
        return systems.stream()
                .flatMap(system -> IntStream.range(0, system.size())
                        .mapToObj(member -> system.modules(member) + " "
                                + system.process(member).printed()))
                .collect(Collectors.joining("\n"));
    }

    private Stream<ProcessHandle> members() {
        return systems.stream()
                .flatMap(system -> IntStream.range(0, system.size())
                        .mapToObj(member -> system.process(member).handle()));
    }

    private Stream<ProcessHandle> database() {
        return ProcessHandle.of(postgres.pid()).stream()
                .flatMap(main -> Stream.concat(Stream.of(main), main.descendants()));
    }

    private static Duration cpuTime(Stream<ProcessHandle> processes) {
        return processes
                .flatMap(process -> process.info().totalCpuDuration().stream())
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Of the just-in-time compilers, which is no cost of a step; as long as their threads do not come and go. */
    private Duration compilersTime() throws IOException {
        Duration sum = Duration.ZERO;
        for (ProcessHandle member : members().toList()) {
            try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(member.pid()), "task"))) {
                for (Path thread : threads.toList()) {
                    sum = sum.plus(compilerTime(stat(thread)));
                }
            }
        }
        return sum;
    }

    /** Empty when it has ended. */
    private static String stat(Path thread) throws IOException {
        try {
            return Files.readString(thread.resolve("stat"));
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /** @param stat of a thread, as Linux gives it: behind its name in parentheses its times are the 12th and 13th field */
    private static Duration compilerTime(String stat) {
        int end = stat.lastIndexOf(')');
        if (end < 0 || !stat.substring(0, end).contains("CompilerThre")) {
            return Duration.ZERO;
        }
        String[] fields = stat.substring(end + 2).split(" ");
        long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        return Duration.ofMillis(ticks * MS_PER_TICK);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
