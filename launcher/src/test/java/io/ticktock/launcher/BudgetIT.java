package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.ProtoTime;
import io.ticktock.guardrail.policy.Window;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.crash.StoredRows;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.GetSpendRequest;
import io.ticktock.proto.v1.GrantBudgetRequest;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.SpendGrouping;
import io.ticktock.state.EmbeddedPostgres;
import io.ticktock.testkit.Evidence;
import io.ticktock.testkit.Evidence.BudgetKey;
import io.ticktock.testkit.Evidence.Expectation;
import io.ticktock.testkit.Evidence.Kind;
import io.ticktock.testkit.Evidence.Operation;
import io.ticktock.testkit.Evidence.Outcome;
import io.ticktock.testkit.FaultRates;
import io.ticktock.testkit.FaultyDelivery;
import io.ticktock.testkit.History;
import io.ticktock.testkit.HistoryChecker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Budgets hold in the real program: however many attempts run at once, and whenever the process is killed. */
class BudgetIT {

    private static final String LOOPBACK = "executor.http.allowed_addresses=127.0.0.0/8";
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
    private static final long LOOK_EVERY_MS = 50;
    private static final int KILLS = Integer.getInteger("budget.kills", 2);
    private static final String BUDGET = "limit of cost_usd by month";
    private static final long LIMIT_MICROS = 2_500_000;

    @TempDir
    private Path folder;

    private MeteredService service;

    @BeforeEach
    void start() throws IOException {
        service = new MeteredService(Duration.ofMillis(150));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void ofSixtyFourBranchesTenRunAndMoreOnceTheBudgetIsRaised() throws IOException, InterruptedException {
        Path graph = Files.writeString(folder.resolve("fan.yaml"), FAN_OUT);
        Path policies = policies("scope: lifetime, budget: {cost_usd: 2.50}");
        String[] settings = {"--set", "guardrail.policies=" + policies, "--set", LOOPBACK, "-o", "json"};

        JarProcess.Result paused = JarProcess.run(
                folder, "", concat(settings, "run", graph.toString(), "--input", "url=" + service.url()));
        assertEquals(3, paused.exitCode(), paused::toString);
        assertEquals(10, service.differentCalls());
        String id = RunIT.json(paused).get("lifetime_id").asText();
        JsonNode shown = RunIT.json(JarProcess.run(folder, "", "lifetimes", "show", id, "-o", "json"));
        assertEquals(
                "budget: limit: 2.5 of 2.5 cost_usd is used or set aside, and work may use 0.25",
                shown.get("reason").asText());
        assertEquals("2.5", shown.get("totals").get("cost_usd").asText());
        Duration age = Duration.between(Instant.parse(shown.get("created_at").asText()), Instant.now());
        assertTrue(age.compareTo(Duration.ofHours(1)) < 0, () -> "created " + age + " ago");

        JarProcess.Result all = JarProcess.run(
                folder, "", concat(settings, "lifetimes", "resume", id, "--add-budget", "cost_usd=13.5"));
        assertEquals(0, all.exitCode(), all::toString);
        assertEquals(64, service.differentCalls());
        assertEquals(64, RunIT.json(all).get("output").get("calls").asInt());
        assertEquals("16", RunIT.json(all).get("totals").get("cost_usd").asText());
        Replays.requireAllAgree(folder);
    }

    @Test
    void ofSixtyFourBranchesTenRunAndTheOthersAreRejected() throws IOException, InterruptedException {
        Path graph = Files.writeString(folder.resolve("fan.yaml"), FAN_OUT);
        Path policies = policies("scope: tenant, window: month, budget: {cost_usd: 2.50}, action: REJECT_EXECUTION");

        JarProcess.Result run = JarProcess.run(
                folder,
                "",
                "run",
                graph.toString(),
                "--input",
                "url=" + service.url(),
                "--set",
                "guardrail.policies=" + policies,
                "--set",
                LOOPBACK,
                "-o",
                "json");

        assertEquals(0, run.exitCode(), run::toString);
        assertEquals(10, RunIT.json(run).get("output").get("calls").asInt(), run::toString);
        assertEquals(10, service.differentCalls());
        Replays.requireAllAgree(folder);
    }

    @Test
    void ofFiveHundredAndTwelveLifetimesAtOnceTenRun() throws Exception {
        Path policies = policies("scope: tenant, window: month, budget: {cost_usd: 2.50}");
        try (LocalSystem system = LocalSystem.startAll(BudgetedCrowd.configuration(folder.resolve("data"), policies))) {
            Client client = system.clientOf(BudgetedCrowd.TENANT);
            client.register(BudgetedCrowd.graph());
            BudgetedCrowd.start(system.bus(), service.url(), IntStream.range(0, 512))
                    .forEach(Client::await);
            awaitSettled(client, 512);

            assertEquals(10, completed(client, 512));
            assertEquals(10, service.differentCalls());
            assertEquals(LIMIT_MICROS, spent(client));
            assertEquals(LIMIT_MICROS, usedOfBudget(client));
            Replays.requireAllAgree(client);
        }
    }

    @Test
    void nothingIsOverspentOrLostWhenTheProcessIsKilled() throws Exception {
        long seed = Long.getLong("budget.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Path data = folder.resolve("data");
        Path policies = policies("scope: tenant, window: month, budget: {cost_usd: 2.50}");
        for (int kill = 0; kill < KILLS; kill++) {
            try (CrashingProcess process = CrashingProcess.start(
                    BudgetedCrowd.class,
                    folder,
                    kill,
                    List.of(data.toString(), policies.toString(), service.url(), "60"))) {
                process.awaitReady();
                process.letRun(random.nextInt(700));
                process.kill();
            }
        }
        try (LocalSystem system = LocalSystem.startAll(BudgetedCrowd.configuration(data, policies))) {
            Client client = system.clientOf(BudgetedCrowd.TENANT);
            client.register(BudgetedCrowd.graph());
            BudgetedCrowd.start(system.bus(), service.url(), IntStream.range(0, 60))
                    .forEach(Client::await);
            awaitSettled(client, 60);

            assertEquals(10, completed(client, 60));
            assertEquals(10, service.differentCalls());
            assertEquals(LIMIT_MICROS, spent(client));
            assertEquals(LIMIT_MICROS, usedOfBudget(client));
            requireSound(data, 60);
            Replays.requireAllAgree(client);
        }
    }

    @Test
    void nothingIsOverspentOrLostWhenMessagesAre() throws Exception {
        long seed = Long.getLong("budget.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Vertx timers = Vertx.vertx();
        FaultRates rates = new FaultRates(0.05, 0.05, 0.1, Duration.ofMillis(200));
        FaultyDelivery faults = new FaultyDelivery(timers, seed, rates, BudgetIT::isStruck);
        Path policies = policies("scope: tenant, window: month, budget: {cost_usd: 2.50}");
        Configuration configuration = BudgetedCrowd.configuration(folder.resolve("data"), policies);
        try (LocalSystem system = LocalSystem.start(configuration, SystemModule.engine(), faults)) {
            Client client = system.clientOf(BudgetedCrowd.TENANT);
            client.register(BudgetedCrowd.graph());
            startAll(system, 100);
            awaitSettled(client, 100);
            faults.heal();
            resumeUntilUsedUp(client, 100);

            assertEquals(10, completed(client, 100));
            assertEquals(10, service.differentCalls());
            assertEquals(LIMIT_MICROS, spent(client));
            assertEquals(LIMIT_MICROS, usedOfBudget(client));
            requireSound(folder.resolve("data"), 100);
            Replays.requireAllAgree(client);
            assertTrue(faults.lost() > 0 && faults.repeated() > 0, "nothing was struck");
        } finally {
            Client.await(timers.close());
        }
    }

    /** All of these lifetimes were asked for, and told as started; slices are what logs add up to. */
    private static void requireSound(Path data, int count) {
        List<Operation> journal = IntStream.range(0, count)
                .mapToObj(number -> new History.Key(
                        BudgetedCrowd.TENANT, BudgetedCrowd.id(number).toString()))
                .map(key -> new Operation(Kind.START, Outcome.OK, key, ""))
                .toList();
        Evidence evidence = Evidence.NONE.withJournal(journal).expecting(new Expectation(20, count, 10, Set.of()));
        BudgetKey budget = new BudgetKey(BudgetedCrowd.TENANT, BUDGET);
        HistoryChecker checker = Aftermath.checkerOf(Map.of("call", BudgetedCrowd.graph()));
        Vertx vertx = Vertx.vertx();
        try {
            StoredRows rows =
                    new StoredRows(vertx, EmbeddedPostgres.connectionTo(data).orElseThrow());
            assertEquals(List.of(), rows.check(checker, evidence, Map.of(budget, LIMIT_MICROS)));
        } finally {
            Client.await(vertx.close());
        }
    }

    /** Asks for each until it is acknowledged. */
    private void startAll(LocalSystem system, int count) {
        Set<Integer> started = new HashSet<>();
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (started.size() < count) {
            assertTrue(Instant.now().isBefore(deadline), "started " + started.size());
            int[] missing = IntStream.range(0, count)
                    .filter(number -> !started.contains(number))
                    .toArray();
            List<? extends Future<?>> asked = BudgetedCrowd.start(system.bus(), service.url(), IntStream.of(missing));
            Client.await(Future.join(asked).otherwiseEmpty());
            IntStream.range(0, missing.length)
                    .filter(i -> asked.get(i).succeeded())
                    .forEach(i -> started.add(missing[i]));
        }
    }

    /** What was set aside by a message that came twice is free again some seconds later; nothing is lost for good. */
    private static void resumeUntilUsedUp(Client client, int count) throws InterruptedException {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (completed(client, count) < 10) {
            assertTrue(Instant.now().isBefore(deadline), "some of the budget is lost");
            for (int number = 0; number < count; number++) {
                if (status(client, number) == LifetimeStatus.LIFETIME_STATUS_PAUSED) {
                    client.signal(BudgetedCrowd.id(number), Signals.resume("again", Amounts.getDefaultInstance()));
                }
            }
            awaitSettled(client, count);
        }
    }

    private static boolean isStruck(String address) {
        return address.startsWith("guardrail.")
                || address.startsWith("control.")
                || address.equals("state.grant-budget")
                || address.equals("state.append-decision")
                || address.equals("state.create-lifetime");
    }

    private Path policies(String policy) throws IOException {
        return Files.writeString(folder.resolve("policies.yaml"), "policies:\n  - {name: limit, " + policy + "}\n");
    }

    private static String[] concat(String[] last, String... first) {
        return IntStream.range(0, first.length + last.length)
                .mapToObj(i -> i < first.length ? first[i] : last[i - first.length])
                .toArray(String[]::new);
    }

    /** Until every lifetime is paused or has ended. */
    private static void awaitSettled(Client client, int count) throws InterruptedException {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        for (int number = 0; number < count; number++) {
            while (status(client, number) == LifetimeStatus.LIFETIME_STATUS_RUNNING) {
                assertTrue(Instant.now().isBefore(deadline), "lifetime " + number + " neither pauses nor ends");
                Thread.sleep(LOOK_EVERY_MS);
            }
        }
    }

    private static long completed(Client client, int count) {
        return IntStream.range(0, count)
                .filter(number -> status(client, number) == LifetimeStatus.LIFETIME_STATUS_COMPLETED)
                .count();
    }

    private static LifetimeStatus status(Client client, int number) {
        return client.lifetime(BudgetedCrowd.id(number)).getStatus();
    }

    private static long spent(Client client) {
        GetSpendRequest request = GetSpendRequest.newBuilder()
                .setTenantId(BudgetedCrowd.TENANT)
                .setBy(SpendGrouping.SPEND_GROUPING_TENANT)
                .build();
        return Long.parseLong(
                client.ask(Addresses.STATE_GET_SPEND, request).getTotal().getCostMicros());
    }

    /** What the tables say is used or set aside. Asks for more than there is, so that nothing is granted. */
    private static long usedOfBudget(Client client) {
        Instant month = Window.parse("month").orElseThrow().bucket(Instant.now());
        GrantBudgetRequest request = GrantBudgetRequest.newBuilder()
                .setTenantId(BudgetedCrowd.TENANT)
                .setBudget(BUDGET)
                .setBucket(ProtoTime.timestamp(month))
                .setFirstBucket(ProtoTime.timestamp(month))
                .setSliceId("the test")
                .setLimit(LIMIT_MICROS)
                .setNeeded(LIMIT_MICROS + 1)
                .setWanted(LIMIT_MICROS + 1)
                .build();
        return client.ask(Addresses.STATE_GRANT_BUDGET, request).getUsed();
    }

    private static final String FAN_OUT = """
            graph: fan
            version: 1.0.0
            start: fan_out
            tasks:
              work:
                type: http
                method: POST
                url: "${input.url}"
                telemetry: {tokens_used: "${body.tokens}", cost_usd: "${body.cost}"}
                limits: {max_tokens: 600, max_cost_usd: 0.25}
            plans:
              fan_out: {type: map, over: "range(64)", next: work}
              gather:
                type: next
                next: END
                input: {calls: "${size(joined.filter(call, has(call.tokens)))}"}
            edges:
              - fan_out -> work [PARALLEL]
              - work -> gather [JOIN, on_failure route]
              - gather -> END [FINAL]
            """;
}
