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
import io.ticktock.state.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
 * <p>Not part of a build. {@code -Dit.test=SplitBenchmark} runs it; {@code -Dsplit.systems} gives other systems, such as
 * {@code "state,blob,guardrail,control,executor|state,blob;guardrail,control,executor;api"}, {@code -Dsplit.lifetimes} more load,
 * and {@code -Dsplit.warm_up} more of it for each process before what is measured: it compiles what it runs, which is no cost of
 * a step.
 * With {@code -Dsplit.each=true} each process gets so much load, rather than all together; with {@code -Dsplit.task_ms} each Task
 * takes that long, so that processes are not always busy. {@code -Dsplit.systems=pairs} is every choice of modules in one process and all others in another one.
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

    private EmbeddedPostgres postgres;
    private SplitSystem system;

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
        system.close();
        postgres.close();
    }

    @ParameterizedTest
    @MethodSource("systems")
    @Timeout(1_200)
    void bench(String split) throws IOException, InterruptedException {
        start(List.of(split.split(";")));
        int lifetimes = EACH ? LIFETIMES * system.size() : LIFETIMES;
        int concurrency = EACH ? CONCURRENCY * system.size() : CONCURRENCY;
        load(chain(0), WARM_UP * system.size(), concurrency);
        GraphReference graph = chain(TASK_MS);
        Duration membersBefore = cpuTime(members());
        Duration compilersBefore = compilersTime();
        Duration databaseBefore = cpuTime(database());
        BenchPhase phase = load(graph, lifetimes, concurrency);
        double membersSeconds = seconds(cpuTime(members()).minus(membersBefore));
        double compilersSeconds = seconds(compilersTime().minus(compilersBefore));
        double databaseSeconds = seconds(cpuTime(database()).minus(databaseBefore));
        RecordCount records = new RecordCount(system.bus(), TENANT, STEPS);
        records.count(phase.lifetimeIds());
        System.out.printf(
                "split: %s: %d processes, %.0f steps/s, step p50 %.1f ms, p99 %.1f ms, %.3f s of CPU per 1000 steps, %.3f s"
                        + " of them compilers, and %.3f s of the database, %d records, %d missing, %d double%n",
                split,
                system.size(),
                phase.stepsPerSecond(),
                phase.stepMs(50),
                phase.stepMs(99),
                membersSeconds / phase.steps() * 1_000,
                compilersSeconds / phase.steps() * 1_000,
                databaseSeconds / phase.steps() * 1_000,
                records.recorded(),
                records.missing(),
                records.doubled());
        assertEquals((long) lifetimes * STEPS, records.recorded());
        assertEquals(0, records.missing());
        assertEquals(0, records.doubled());
    }

    private void start(List<String> split) throws IOException, InterruptedException {
        system = new SplitSystem(
                folder, new Network.Loopback(), split, postgres.address(), member -> List.of("cluster.silence=3s"));
        for (int member = 0; member < split.size(); member++) {
            system.start(member, List.of());
        }
        for (int member = 0; member < split.size(); member++) {
            system.process(member).awaitReady();
        }
        system.join();
    }

    private GraphReference chain(int taskMs) {
        byte[] file = ChainGraph.text(STEPS, taskMs).getBytes(StandardCharsets.UTF_8);
        return system.client(TENANT).register(GraphParser.parse("bench.yaml", file, TENANT));
    }

    private BenchPhase load(GraphReference graph, int lifetimes, int concurrency) {
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
        try {
            return load.done()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(LONGEST.toSeconds(), TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw new AssertionError(printed(), e);
        }
    }

    private String printed() {
        return IntStream.range(0, system.size())
                .mapToObj(member ->
                        system.modules(member) + " " + system.process(member).printed())
                .collect(Collectors.joining("\n"));
    }

    private Stream<ProcessHandle> members() {
        return IntStream.range(0, system.size())
                .mapToObj(member -> system.process(member).handle());
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
                    sum = sum.plus(compilerTime(Files.readString(thread.resolve("stat"))));
                }
            }
        }
        return sum;
    }

    /** @param stat of a thread, as Linux gives it: its name in parentheses, and behind it the state and ten fields before times */
    private static Duration compilerTime(String stat) {
        int end = stat.lastIndexOf(')');
        if (!stat.substring(0, end).contains("CompilerThre")) {
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
