package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Shard;
import io.ticktock.launcher.crash.Journal;
import io.ticktock.launcher.crash.Journey;
import io.ticktock.launcher.crash.StoredRows;
import io.ticktock.launcher.faults.Network;
import io.ticktock.state.EmbeddedPostgres;
import io.ticktock.testkit.Evidence;
import io.ticktock.testkit.Evidence.Expectation;
import io.ticktock.testkit.Evidence.Fault;
import io.ticktock.testkit.Evidence.Kind;
import io.ticktock.testkit.Evidence.Operation;
import io.ticktock.testkit.Evidence.Outcome;
import io.ticktock.testkit.History;
import io.ticktock.testkit.ReplayCheck;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four processes are one system: the way in, two that decide and run, and what stores. Members are killed while lifetimes
 * run; then all must end, and the tables must say that nothing was lost and nothing happened twice. Of those that decide
 * each drives half of the lifetimes, and the other one's, too, when that is gone. The test is a member, too, of no
 * module.
 *
 * <p>{@code -Dcluster.lifetimes}, {@code -Dcluster.kills}, {@code -Dcluster.stops} and {@code -Dcluster.lease}, such as 10s, change what is done; the
 * members take turns to be killed, or those of {@code -Dcluster.killed}, such as 0,1.
 * {@code -Dcluster.split} gives the modules of each process, such as {@code state;state,blob;control,guardrail,executor;api}.
 */
class ClusterTakeovers {

    private static final int LIFETIMES = Integer.getInteger("cluster.lifetimes", 40);
    private static final int KILLS = Math.max(1, Integer.getInteger("cluster.kills", 1));
    private static final int STOPS = Math.max(0, Integer.getInteger("cluster.stops", 1));
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** With default leases what was killed is driven again within that time, mostly. */
    private static final Duration TAKEOVER = Duration.ofSeconds(15);

    private static final Duration CLEAN_TAKEOVER = Duration.ofSeconds(1);
    private static final Pattern HEALTH = Pattern.compile("health and metrics at (http://[0-9.:]+)");
    private static final Pattern ADDRESS = Pattern.compile("http://[0-9.:]+");

    /** The modules of each, in the order in which they are killed; they are stopped in the opposite one. */
    private static final List<String> SPLIT = List.of(
            System.getProperty("cluster.split", "control,guardrail,executor;control,guardrail,executor;state,blob;api")
                    .split(";"));

    private static final List<Integer> KILLED = System.getProperty("cluster.killed") == null
            ? IntStream.range(0, SPLIT.size()).boxed().toList()
            : Stream.of(System.getProperty("cluster.killed").split(","))
                    .map(Integer::parseInt)
                    .toList();

    private static final List<String> SETTINGS = List.of(
            "cluster.silence=3s",
            "launcher.health_port=0",
            // So that what is large for the suite is cheap to have.
            "executor.inline_limit_bytes=16384",
            "control.park_after=500ms",
            "control.lease=" + System.getProperty("cluster.lease", "3s"));

    private static final List<Integer> DECIDING = IntStream.range(0, SPLIT.size())
            .filter(member -> SPLIT.get(member).contains("control"))
            .boxed()
            .toList();

    @TempDir
    private Path folder;

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final List<Fault> faults = new ArrayList<>();
    private final List<Duration> takeovers = new ArrayList<>();
    private final List<Duration> cleanTakeovers = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private EmbeddedPostgres postgres;
    private SplitSystem system;
    private StoredRows rows;

    @BeforeEach
    void start() throws IOException {
        postgres = EmbeddedPostgres.start(folder.resolve("database"));
        system = new SplitSystem(folder, new Network.Loopback(), SPLIT, postgres.address(), member -> SETTINGS);
        for (int member = 0; member < SPLIT.size(); member++) {
            system.start(member, List.of());
        }
        system.join();
        rows = new StoredRows(system.vertx(), postgres.address());
    }

    @AfterEach
    void stop() {
        system.close();
        postgres.close();
    }

    @Test
    @Timeout(7200)
    void nothingIsLostOrDoubledBetweenProcesses() throws IOException, InterruptedException {
        for (int member = 0; member < SPLIT.size(); member++) {
            system.process(member).awaitReady();
            requireHealthy(system.process(member));
        }
        awaitFairShares();
        String key = key();
        Client client = system.client(Journey.TENANT);
        Journey.graphs().forEach(client::register);
        List<Journey> journeys =
                IntStream.range(0, LIFETIMES).mapToObj(Journey::new).toList();
        Instant begin = Instant.now();
        // Half of them over the bus, half as other programs start them, some before each kill.
        List<Journey> overBus = journeys.subList(0, LIFETIMES / 2);
        List<Journey> asking = journeys.stream().filter(Journey::asks).toList();
        Client.await(system.vertx()
                .deployVerticle(new JourneyClient(system.bus(), new Journal(told::add), overBus, asking)));
        List<Journey> overHttp = journeys.subList(LIFETIMES / 2, LIFETIMES);

        for (int kill = 0; kill < KILLS; kill++) {
            for (Journey journey :
                    overHttp.subList(overHttp.size() * kill / KILLS, overHttp.size() * (kill + 1) / KILLS)) {
                startOverHttp(key, journey);
            }
            await(() -> rows.openLifetimes() > 0 && rows.number("SELECT count(*) FROM ticktock.task_executions") > 20);
            int member = KILLED.get(kill % KILLED.size());
            kill(member);
            faults.add(new Fault("kill", Instant.now()));
            startAgain(member);
        }
        await(() -> rows.openLifetimes() == 0 && rows.number("SELECT count(*) FROM ticktock.lifetimes") >= LIFETIMES);

        System.out.println("cluster: " + LIFETIMES + " lifetimes in " + SPLIT.size() + " processes, " + KILLS
                + " kills, ended after "
                + Duration.between(begin, Instant.now()).toMillis() + " ms");
        assertEquals(
                List.of(), new Aftermath(client, rows, evidence(overHttp), LIFETIMES, 1 + Math.min(1, KILLS)).faults());
        int replayed = Client.await(new ReplayCheck(system.bus(), Journey.TENANT).requireAllAgree());
        assertTrue(replayed >= LIFETIMES, () -> "only " + replayed + " lifetimes were decided anew");
        for (int stop = 0; stop < STOPS && DECIDING.size() > 1; stop++) {
            int member = DECIDING.get(stop % DECIDING.size());
            stopOneOfSeveral(member);
            startAgain(member);
        }
        stopAll();
        requireWithin(TAKEOVER, "killed", takeovers);
        requireWithin(CLEAN_TAKEOVER, "stopped", cleanTakeovers);
    }

    private void startAgain(int member) throws IOException, InterruptedException {
        system.start(member, List.of());
        system.process(member).awaitReady();
        awaitFairShares();
        for (int deciding : DECIDING) {
            requireHealthy(system.process(deciding));
        }
    }

    /** @param overHttp which were started so: all of them were, or the test would have failed before */
    private Evidence evidence(List<Journey> overHttp) {
        List<Operation> journal = new ArrayList<>(Journal.read(List.copyOf(told).stream()));
        for (Journey journey : overHttp) {
            History.Key key = new History.Key(Journey.TENANT, journey.id().toString());
            journal.add(new Operation(Kind.START, Outcome.OK, key, ""));
        }
        return Evidence.NONE
                .withJournal(journal)
                .withFaults(faults)
                .expecting(new Expectation(0, 0, 0, Set.of("kill")));
    }

    /** Whatever its modules are. */
    private void requireHealthy(JarProcess process) throws IOException, InterruptedException {
        Matcher address = HEALTH.matcher(process.out());
        assertTrue(address.find(), process.out());
        await(() -> answer(address.group(1) + "/health/ready").statusCode() == 200);
        String metrics = answer(address.group(1) + "/metrics").body();
        assertTrue(metrics.contains("ticktock_launcher_event_loop_delay_seconds"), metrics);
    }

    private HttpResponse<String> answer(String url) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).build();
        return http.sendAsync(request, BodyHandlers.ofString()).join();
    }

    private void awaitFairShares() {
        int fairShare = Shard.fairShare(DECIDING.size());
        await(() -> DECIDING.stream().allMatch(member -> shards(member, "count(*)") <= fairShare)
                && DECIDING.stream()
                                .mapToLong(member -> shards(member, "count(*)"))
                                .sum()
                        == Shard.COUNT);
    }

    private long shards(int member, String value) {
        return rows.number("SELECT " + value + " FROM ticktock.shards WHERE owner_id = '" + system.owner(member) + "'");
    }

    private void kill(int member) throws InterruptedException {
        if (!DECIDING.contains(member) || DECIDING.size() == 1) {
            system.process(member).kill();
            return;
        }
        Shard shard = new Shard((int) shards(member, "min(shard)"));
        long begunNanos = System.nanoTime();
        system.process(member).kill();
        Client.await(system.driven(shard, PATIENCE));
        takeovers.add(since(begunNanos));
    }

    /** Another one drives what it drove before it has ended itself. */
    private void stopOneOfSeveral(int member) throws InterruptedException {
        Shard shard = new Shard((int) shards(member, "max(shard)"));
        long begunNanos = System.nanoTime();
        CompletableFuture<JarProcess.Result> stopping = CompletableFuture.supplyAsync(() -> {
            try {
                return system.process(member).terminate();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        await(() -> shards(member, "count(*)") == 0);
        Client.await(system.driven(shard, PATIENCE));
        cleanTakeovers.add(since(begunNanos));
        JarProcess.Result stopped = stopping.join();
        assertEquals(0, stopped.exitCode(), stopped::toString);
    }

    private static Duration since(long begunNanos) {
        return Duration.ofNanos(System.nanoTime() - begunNanos);
    }

    /** Prints how long it took, and requires that nearly all were in time. */
    private static void requireWithin(Duration bound, String how, List<Duration> times) {
        List<Duration> sorted = times.stream().sorted().toList();
        if (sorted.isEmpty()) {
            return;
        }
        Duration median = sorted.get(sorted.size() / 2);
        Duration p99 = sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1);
        System.out.println("cluster: what a process drove that was " + how + " was driven again after "
                + median.toMillis() + " ms (median of " + sorted.size() + "), " + p99.toMillis() + " ms (p99), "
                + sorted.get(sorted.size() - 1).toMillis() + " ms (longest)");
        assertTrue(p99.compareTo(bound) < 0, () -> how + ": p99 is " + p99 + " and must be under " + bound);
    }

    /** A key of the journeys' tenant. */
    private String key() throws IOException, InterruptedException {
        post("", "/v1/tenants", "{\"tenant_id\": \"" + Journey.TENANT + "\"}");
        String issued = post("", "/v1/tenants/" + Journey.TENANT + "/keys", "{\"roles\": [\"operator\"]}");
        return Json.parse(issued.getBytes(StandardCharsets.UTF_8))
                .orElseThrow()
                .get("key")
                .asText();
    }

    /** As any client does, it asks again where the answer is that nobody could be asked just now. */
    private void startOverHttp(String key, Journey journey) throws IOException, InterruptedException {
        String body = "{\"lifetime_id\": \"" + journey.id() + "\", \"graph\": \"" + journey.graphName()
                + "\", \"version\": \"1.0.0\", \"input\": "
                + journey.input().getInline().toStringUtf8() + "}";
        Instant deadline = Instant.now().plus(PATIENCE);
        HttpResponse<String> response = send(key, "/v1/lifetimes", body);
        while (response.statusCode() == 503 && Instant.now().isBefore(deadline)) {
            response = send(key, "/v1/lifetimes", body);
        }
        assertTrue(List.of(200, 201).contains(response.statusCode()), response.body());
    }

    private String post(String key, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = send(key, path, body);
        assertEquals(201, response.statusCode(), response.body());
        return response.body();
    }

    private HttpResponse<String> send(String key, String path, String body) throws IOException, InterruptedException {
        String out = system.process(SPLIT.indexOf("api")).out();
        Matcher address = ADDRESS.matcher(out);
        assertTrue(address.find(), out);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address.group() + path))
                .timeout(PATIENCE)
                .POST(BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private void await(BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(deadline), () -> rows.openLifetimes() + " lifetimes have not ended");
            Client.await(system.vertx().timer(100));
        }
    }

    /** The way in first, so that nobody asks for what is gone. */
    private void stopAll() throws InterruptedException {
        for (int member = SPLIT.size() - 1; member >= 0; member--) {
            JarProcess.Result stopped = system.process(member).terminate();
            assertEquals(0, stopped.exitCode(), stopped::toString);
        }
    }
}
