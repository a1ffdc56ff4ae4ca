package io.ticktock.launcher;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Shard;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.launcher.bench.BenchLoad;
import io.ticktock.launcher.bench.BenchPhase;
import io.ticktock.launcher.bench.ChainGraph;
import io.ticktock.launcher.bench.CpuTime;
import io.ticktock.launcher.bench.HttpStarts;
import io.ticktock.launcher.bench.ParkedLifetimes;
import io.ticktock.launcher.bench.RecordCount;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.proto.v1.GetStatisticsResponse;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.vertx.core.Future;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ticktock bench}: a load of trivial chains through the whole path, and its figures. */
@Command(
        name = "bench",
        description = {
            "Measures how fast steps go through the whole path: executor, data plane, decision, dispatch.",
            "Works on a data folder of its own, which it removes, unless --data names one; takes no --server.",
        },
        footer = {
            "",
            "A step is the time from one accepted execution of a lifetime to its next, once durable.",
            "Exit code 1 when the database lacks a record of a step or has one twice."
        })
final class BenchCommand implements Callable<Integer> {

    private static final String TENANT = "bench";
    private static final int CONNECTIONS = 64;
    private static final int INPUT_BYTES = 200;
    private static final double BYTES_PER_MB = 1024.0 * 1024.0;
    private static final long LOOK_EVERY_MS = 100;

    private final Session session;

    @Option(names = "--steps", paramLabel = "N", description = "Node executions of a lifetime, even; 20 by default.")
    private int steps = 20;

    @Option(
            names = "--task-ms",
            paramLabel = "MS",
            description = "How long each Task takes, such as a model's answer does; 0 by default.")
    private int taskMs;

    @Option(names = "--lifetimes", paramLabel = "N", description = "Lifetimes that are measured; 2000 by default.")
    private int lifetimes = 2_000;

    @Option(names = "--concurrency", paramLabel = "C", description = "Lifetimes under way at a time; 64 by default.")
    private int concurrency = 64;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description = "Lifetimes before those that are measured; by default as many, at most 5000.")
    private Integer warmUp;

    @Option(
            names = "--parked",
            paramLabel = "N",
            description = "Begin when so many other lifetimes wait in the database; 0 by default.")
    private int parked;

    @Option(names = "--http", description = "Start the lifetimes over HTTP, on 64 connections; without it, on the bus.")
    private boolean http;

    @Option(
            names = "--cluster",
            description = "Load the cluster that the section 'cluster' of the configuration names, as a member without"
                    + " modules. Its processor time and heap are then those of the load alone.")
    private boolean isMember;

    @Mixin
    private FormatOption format;

    @Mixin
    private SystemOptions options;

    BenchCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        require(steps >= 2 && steps <= 1_000 && steps % 2 == 0, "--steps must be an even number from 2 to 1000");
        require(taskMs >= 0 && taskMs <= 20_000, "--task-ms must be 0 to 20000");
        require(lifetimes >= 1 && lifetimes <= 10_000_000, "--lifetimes must be 1 to 10000000");
        require(concurrency >= 1 && concurrency <= 100_000, "--concurrency must be 1 to 100000");
        require(warmUp == null || (warmUp >= 0 && warmUp <= 10_000_000), "--warm-up must be 0 to 10000000");
        require(parked >= 0 && parked <= 10_000_000, "--parked must be 0 to 10000000");
        require(!isMember || !http, "--http and --cluster do not go together");
        require(!isMember || options.namesDataFolder(), "--cluster needs --data, a folder that names this member");
        if (options.namesDataFolder()) {
            return measure(options.configuration(session.environment(), null, isMember));
        }
        // Not among the temporary files, which may be in memory, where nothing durable is measured.
        Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "ticktock-bench-");
        try {
            return measure(options.configurationAt(folder, session.environment()));
        } finally {
            remove(folder);
        }
    }

    private static void require(boolean right, String fault) {
        if (!right) {
            throw CommandFailure.usage(fault);
        }
    }

    private int measure(Configuration configuration) throws InterruptedException {
        try (LocalSystem system = start(configuration)) {
            Client client = system.clientOf(tenant());
            byte[] file = ChainGraph.text(steps, taskMs).getBytes(StandardCharsets.UTF_8);
            AgentGraph chain = GraphParser.parse("bench.yaml", file, tenant());
            GraphReference graph = client.register(chain);
            ObjectNode figures = Json.object();
            figures.put("steps", steps);
            figures.put("task_ms", taskMs);
            figures.put("lifetimes", lifetimes);
            figures.put("concurrency", concurrency);
            figures.put("parked", parked);
            park(system);
            int before = warmUp == null ? Math.min(lifetimes, 5_000) : warmUp;
            if (before > 0) {
                put(figures.putObject("warm_up"), load(system, graph, before));
            }
            RecordCount records = measure(system, client, graph, figures);
            print(figures);
            return tell(records).number();
        }
    }

    private LocalSystem start(Configuration configuration) {
        if (isMember) {
            return LocalSystem.serve(configuration, EnumSet.noneOf(SystemModule.class));
        }
        return LocalSystem.start(configuration, http ? EnumSet.allOf(SystemModule.class) : SystemModule.engine());
    }

    /** Over HTTP there is no credential, so it is the tenant of those without. */
    private String tenant() {
        return http ? Client.DEFAULT_TENANT : TENANT;
    }

    private RecordCount measure(LocalSystem system, Client client, GraphReference graph, ObjectNode figures)
            throws InterruptedException {
        GetStatisticsResponse before = client.statistics();
        Optional<Duration> cpuBefore = CpuTime.used(system.databasePid());
        BenchPhase phase = load(system, graph, lifetimes);
        Optional<Duration> cpuAfter = CpuTime.used(system.databasePid());
        GetStatisticsResponse after = client.statistics();
        put(figures, phase);
        if (cpuBefore.isPresent() && cpuAfter.isPresent() && phase.steps() > 0) {
            double seconds = cpuAfter.get().minus(cpuBefore.get()).toNanos() / 1e9;
            figures.put("cpu_s_per_1000_steps", rounded(seconds / phase.steps() * 1_000, 4));
        }
        figures.put("heap_mb", rounded(heapBytes() / BYTES_PER_MB, 1));
        figures.put("commits", after.getCommits() - before.getCommits());
        figures.put("rows", after.getRows() - before.getRows());
        RecordCount records = new RecordCount(system.bus(), tenant(), steps);
        records.count(phase.lifetimeIds());
        figures.put("records", records.recorded());
        figures.put("records_missing", records.missing());
        figures.put("records_double", records.doubled());
        return records;
    }

    private void park(LocalSystem system) throws InterruptedException {
        if (parked == 0) {
            return;
        }
        for (int number = 0; number < ParkedLifetimes.tenants(parked); number++) {
            String of = ParkedLifetimes.tenant(number);
            byte[] file = ParkedLifetimes.GRAPH.getBytes(StandardCharsets.UTF_8);
            system.clientOf(of).register(GraphParser.parse("parked.yaml", file, of));
        }
        ParkedLifetimes lifetimes = new ParkedLifetimes(
                system.bus(), parked, () -> LifetimeId.random().uuid());
        system.deploy(lifetimes);
        await(lifetimes.done());
    }

    private BenchPhase load(LocalSystem system, GraphReference graph, int count) throws InterruptedException {
        BenchLoad load = new BenchLoad(
                system.bus(),
                graph,
                input(),
                count,
                concurrency,
                () -> LifetimeId.random().uuid(),
                starts(system));
        system.deploy(load);
        return await(load.done());
    }

    private <T> T await(Future<T> done) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        done.onComplete(phase -> ended.countDown());
        while (!ended.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS)) {
            session.interruption().stopIfRequested("the end of the load");
        }
        return Client.await(done);
    }

    private Function<StartLifetimeRequest, ? extends Future<?>> starts(LocalSystem system) {
        return http
                ? new HttpStarts(system.vertx(), system.address().orElseThrow(), CONNECTIONS)::start
                : request ->
                        system.bus().request(Addresses.CONTROL_START.at(Shard.of(request.getLifetimeId())), request);
    }

    /** JSON of about the size that small agents' messages have. */
    private static Payload input() {
        String wrapping = "{\"text\":\"\"}";
        ObjectNode json = Json.object().put("text", "x".repeat(INPUT_BYTES - wrapping.length()));
        return Payload.newBuilder()
                .setInline(ByteString.copyFrom(Json.bytes(json)))
                .build();
    }

    private static void put(ObjectNode figures, BenchPhase phase) {
        figures.put("seconds", rounded(phase.seconds(), 3));
        figures.put("unheard", phase.unheard());
        figures.put("steps_per_s", rounded(phase.stepsPerSecond(), 0));
        figures.put("step_p50_ms", rounded(phase.stepMs(50), 3));
        figures.put("step_p99_ms", rounded(phase.stepMs(99), 3));
        figures.put("lifetime_p50_ms", rounded(phase.lifetimeMs(50), 3));
        figures.put("lifetime_p99_ms", rounded(phase.lifetimeMs(99), 3));
    }

    private static BigDecimal rounded(double value, int digits) {
        return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
    }

    /** What is in use after a collection. */
    private static long heapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private void print(ObjectNode figures) {
        if (format.isJson()) {
            session.terminal().out().println(Json.text(figures));
            return;
        }
        Table table = new Table("FIGURE", "VALUE");
        figures.properties().forEach(figure -> {
            if (figure.getValue().isObject()) {
                figure.getValue()
                        .properties()
                        .forEach(inner -> table.row(
                                figure.getKey() + "." + inner.getKey(),
                                inner.getValue().asText()));
            } else {
                table.row(figure.getKey(), figure.getValue().asText());
            }
        });
        table.print(session.terminal().out());
    }

    private ExitCode tell(RecordCount records) {
        if (records.missing() == 0 && records.doubled() == 0) {
            return ExitCode.COMPLETED;
        }
        session.terminal()
                .err()
                .println("ticktock: the database lacks " + records.missing() + " records and has " + records.doubled()
                        + " twice");
        return ExitCode.FAILED;
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
