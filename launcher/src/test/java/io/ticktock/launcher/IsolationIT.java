package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import io.ticktock.launcher.isolation.Answer;
import io.ticktock.launcher.isolation.Attempt;
import io.ticktock.launcher.isolation.Comparison;
import io.ticktock.launcher.isolation.Furnishing;
import io.ticktock.launcher.isolation.Holdings;
import io.ticktock.launcher.isolation.HttpAttempts;
import io.ticktock.launcher.isolation.Naming;
import io.ticktock.launcher.isolation.RpcAttempts;
import io.ticktock.launcher.isolation.Slot;
import io.ticktock.launcher.isolation.TenantRows;
import io.ticktock.launcher.isolation.Variation;
import io.ticktock.launcher.isolation.WorkerAttempts;
import io.ticktock.state.EmbeddedPostgres;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One tenant tries everything that there is with what another one has, as the packed program serves it. What is tried comes
 * from the contract of the routes and from the descriptors of the rpcs, so that it is tried with what is new as well.
 */
class IsolationIT {

    private static final long SEED = Long.getLong("ticktock.seed", System.nanoTime());
    private static final List<String> ROLES = List.of("admin", "operator", "author", "worker", "reader");
    private static final int MOST_FAULTS = 20;

    /** Records come from executors, on the bus. */
    private static final Set<String> NOT_SERVED = Set.of(
            "ticktock.v1.DataPlaneService.AppendTaskExecution", "ticktock.v1.DataPlaneService.AppendPlanExecution");

    /** Forks go before starts, since the ids of executions follow from those of lifetimes. */
    private static final List<Predicate<Attempt>> TURNS = List.of(
            attempt -> !attempt.isMaking(),
            attempt -> attempt.isMaking() && isFork(attempt),
            attempt -> attempt.isMaking() && !isFork(attempt));

    /** What is served without a key, to whoever can reach it. */
    private static final List<String> BESIDE_ROUTES =
            List.of("/metrics", "/health/ready", "/health/live", "/openapi.json");

    /** What is made under such names, or asks for the same again, has them ever after. */
    private static final Set<Naming> CHOSEN = EnumSet.of(
            Naming.LIFETIME, Naming.EXECUTION, Naming.GRAPH, Naming.VERSION, Naming.LABELLED, Naming.IDEMPOTENCY_KEY);

    /** A tenant's own log has what the tenant has tried, and so the ids that it has sent. */
    private static final List<String> TELL_OF_ATTEMPTS =
            List.of("GET /v1/audit ", "ticktock.v1.TenantService.ListAudit ");

    /** Tables that the owner must have rows in, or their staying as they are says nothing. */
    private static final Set<String> FURNISHED = Set.of(
            "agent_graphs",
            "api_keys",
            "audit_log",
            "blob_references",
            "budget_slices",
            "human_tasks",
            "lifetime_events",
            "lifetimes",
            "plan_executions",
            "task_executions",
            "tenants",
            "timers",
            "webhook_deliveries",
            "webhooks");

    private static final Pattern NEXT_PAGE = Pattern.compile("\"?next_page_token\"?: ?\"([^\"]+)\"");

    private static final String POLICIES = """
            policies:
              - name: refused
                scope: execution
                applies_to: {nodes: [draft]}
                when: execution.status == "succeeded" && result.mode == "refuse"
                action: REJECT_EXECUTION
                message: such a thing is refused
              - name: executions-of-a-day
                scope: tenant
                window: day
                budget: {executions: 1000000}
                message: enough for today
              - name: of-one-graph
                scope: lifetime
                applies_to: {graphs: [%s]}
                when: count > 1000
                action: ABORT_LIFETIME
                message: for %s alone
            """;

    @TempDir
    private static Path folder;

    private static JarProcess serving;
    private static String address;
    private static Vertx vertx;
    private static TenantRows rows;

    private static String systemKey;
    private static String secret;
    private static Furnishing owner;
    private static Furnishing stranger;
    private static List<Holdings> owned;
    private static Holdings own;
    private static WorkerAttempts workers;
    private static final Map<String, String> STRANGERS_KEYS = new LinkedHashMap<>();
    private static final Random RANDOM = new Random(SEED);

    private final List<String> faults = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        System.out.println("seed " + SEED);
        vertx = Vertx.vertx();
        systemKey = firstKey();
        secret = "CANARY" + Long.toHexString(RANDOM.nextLong() | 1L << 63);
        String graph = Holdings.likeness("ledger-xxxxxxxx", RANDOM);
        serve(POLICIES.formatted(graph, secret));
        rows = new TenantRows(
                vertx, EmbeddedPostgres.connectionTo(folder.resolve("data")).orElseThrow());
        owner = new Furnishing(address, systemKey, "owner-" + RANDOM.nextInt(1_000, 10_000), secret);
        Holdings ended = owner.furnish(graph, RANDOM);
        owned = List.of(ended, owner.furnishWaiting(ended));
        stranger = new Furnishing(address, systemKey, "stranger-" + RANDOM.nextInt(1_000, 10_000), "of B");
        // A key to spare: one that is named in a request may be revoked by it.
        own = stranger.furnish(Holdings.likeness("journal-xxxxxxxx", RANDOM), RANDOM)
                .with(Naming.API_KEY, stranger.issue("reader").split("_")[1]);
        for (String role : ROLES) {
            STRANGERS_KEYS.put(role, stranger.issue(role));
        }
        workers = new WorkerAttempts(
                vertx, server(), owner, STRANGERS_KEYS.get("worker"), ended.get(Naming.WORKER), RANDOM);
        // What is in the hand of the owner's worker goes on.
        while (rows.running(own.get(Naming.TENANT)) + rows.running(ended.get(Naming.TENANT)) > 1) {
            Thread.sleep(20);
        }
    }

    /** As long as no key is required, whoever is on this machine can make one. */
    private static String firstKey() throws Exception {
        Settings open = Settings.shipped()
                .with("launcher.data_folder", folder.resolve("data").toString(), "--data")
                .with("api.port", "0", "--set");
        try (LocalSystem system = LocalSystem.start(Configuration.of(open), EnumSet.allOf(SystemModule.class))) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(system.address().orElseThrow() + "/v1/tenants/default/keys"))
                    .POST(BodyPublishers.ofString("{\"roles\": [\"admin\"]}"))
                    .build();
            return Json.parse(HttpClient.newHttpClient()
                            .send(request, BodyHandlers.ofByteArray())
                            .body())
                    .orElseThrow()
                    .get("key")
                    .asText();
        }
    }

    private static void serve(String policyFile) throws Exception {
        Path policies = Files.writeString(folder.resolve("policies.yaml"), policyFile);
        serving = JarProcess.start(
                folder,
                "serve",
                "--set",
                "api.authentication=required",
                "--set",
                "launcher.log_level=debug",
                "--set",
                "executor.inline_limit_bytes=1024",
                "--set",
                "guardrail.policies=" + policies,
                "--set",
                "api.webhooks.max_per_tenant=1000");
        serving.awaitReady();
        Matcher told = Pattern.compile("http://\\S+").matcher(serving.out());
        assertTrue(told.find(), serving::out);
        address = told.group();
    }

    private static SocketAddress server() {
        URI uri = URI.create(address);
        return SocketAddress.inetSocketAddress(uri.getPort(), uri.getHost());
    }

    @AfterAll
    static void stop() {
        if (serving != null) {
            serving.close();
        }
        Client.await(vertx.close());
    }

    @Test
    void whatIsAnothersIsAsIfItWereNotThere() throws Exception {
        SortedMap<String, List<String>> before =
                rows.settled(vertx, owned.get(0).get(Naming.TENANT));
        requireFurnished(before);
        workers.begin(owned);
        HttpAttempts routes = HttpAttempts.at(address);
        List<Attempt> attempts = new ArrayList<>(routes.all());
        try (RpcAttempts rpcs = new RpcAttempts(vertx, server())) {
            attempts.addAll(rpcs.all(stranger.key()));
            assertEquals(NOT_SERVED, rpcs.notServed(), "rpcs that are described and not served");
            tryAll(attempts);
        }
        for (String path : BESIDE_ROUTES) {
            requireNothingOfOwner(path, routes.plain(path), Set.of());
        }

        faults.addAll(workers.faults(secret));
        SortedMap<String, List<String>> after = rows.settled(vertx, owned.get(0).get(Naming.TENANT));
        before.forEach((table, untouched) -> {
            if (!untouched.equals(after.get(table))) {
                faults.add("rows of " + table + "\nbefore: " + untouched + "\nafter: " + after.get(table));
            }
        });
        workers.complete();
        workers.close();
        requireNothingWithStranger();
        requireNothingLogged();
        assertTrue(
                faults.isEmpty(),
                () -> faults.size() + " faults:\n"
                        + String.join("\n\n", faults.subList(0, Math.min(MOST_FAULTS, faults.size()))));
    }

    /** What is the stranger's own comes last: under the same names there is something then. */
    private void tryAll(List<Attempt> attempts) {
        Map<Attempt, String> tokens = new LinkedHashMap<>();
        attempts.forEach(attempt -> tokenOf(attempt).ifPresent(token -> tokens.put(attempt, token)));
        List<Holdings> nobodys = nobodys();
        for (Predicate<Attempt> turn : TURNS) {
            attempts.stream().filter(turn).forEach(attempt -> tryAll(attempt, nobodys, tokens));
        }
    }

    /** Where the owner's list goes on; empty where there is no list. */
    private static Optional<String> tokenOf(Attempt attempt) {
        if (attempt.slots().stream().noneMatch(slot -> slot.naming() == Naming.PAGE_TOKEN)) {
            return Optional.empty();
        }
        for (Predicate<Slot> filled : List.<Predicate<Slot>>of(Slot::isRequired, slot -> true)) {
            Map<Slot, String> filling = new LinkedHashMap<>();
            attempt.slots().stream()
                    .filter(filled.and(slot -> slot.naming() != Naming.PAGE_TOKEN))
                    .forEach(slot -> filling.put(slot, owned.get(0).get(slot.naming())));
            for (String key : List.of(owner.key(), systemKey)) {
                Matcher token = NEXT_PAGE.matcher(attempt.send(key, filling, 1).body());
                if (token.find()) {
                    return Optional.of(token.group(1));
                }
            }
        }
        throw new AssertionError("the owner has too little for two pages of " + attempt.name());
    }

    private static void requireFurnished(Map<String, List<String>> tables) {
        assertTrue(tables.keySet().containsAll(FURNISHED), tables.keySet()::toString);
        FURNISHED.forEach(table -> assertFalse(tables.get(table).isEmpty(), "the owner has no row in " + table));
    }

    /** To each that is owned one that is not, and has in common with the others what those have in common. */
    private static List<Holdings> nobodys() {
        Holdings first = owned.get(0).likeness(RANDOM);
        return owned.stream()
                .map(each -> first.with(Naming.LIFETIME, Holdings.likeness(each.get(Naming.LIFETIME), RANDOM))
                        .with(Naming.EXECUTION, Holdings.likeness(each.get(Naming.EXECUTION), RANDOM)))
                .toList();
    }

    /** Everybody tries with all that is foreign; who may do everything tries with each part of it as well. */
    private void tryAll(Attempt attempt, List<Holdings> nobodys, Map<Attempt, String> tokens) {
        String token = tokens.getOrDefault(attempt, "");
        for (Variation variation : Variation.of(attempt)) {
            if (isUsingUp(attempt) && !variation.own().isEmpty()) {
                continue;
            }
            for (int i = 0; i < (isOfLifetime(variation) ? owned.size() : 1); i++) {
                Holdings foreign = owned.get(i).with(Naming.PAGE_TOKEN, token);
                Holdings nobody = nobodys.get(i).with(Naming.PAGE_TOKEN, Holdings.likenessOfToken(token, RANDOM));
                for (String role : variation.own().isEmpty() ? ROLES : ROLES.subList(0, 1)) {
                    tryBoth(attempt, variation, foreign, nobody, role);
                }
            }
        }
    }

    /** What is the stranger's own is another after the first of two, or gone. */
    private static boolean isUsingUp(Attempt attempt) {
        return attempt.name().matches(".*\\.(DeleteWebhook|RotateWebhookSecret|RetryDelivery)");
    }

    private static boolean isOfLifetime(Variation variation) {
        return variation.namings().contains(Naming.LIFETIME)
                || variation.namings().contains(Naming.EXECUTION);
    }

    private void tryBoth(Attempt attempt, Variation variation, Holdings foreign, Holdings nobody, String role) {
        String key = STRANGERS_KEYS.get(role);
        String what = attempt.name() + " as " + role + ", " + variation;
        Answer one = attempt.send(key, variation.filling(foreign, own), 0);
        settle(attempt, one);
        Set<Naming> sent = new HashSet<>(variation.namings());
        if (attempt.isMaking()) {
            sent.addAll(CHOSEN);
        }
        requireNothingOfOwner(what, one, sent);
        if (sent.isEmpty()) {
            return;
        }
        Answer other = attempt.send(key, variation.filling(nobody, own), 0);
        settle(attempt, other);
        new Comparison(sent, attempt.isMaking())
                .difference(one, foreign, other, nobody)
                .ifPresent(difference -> faults.add(what + "\n" + difference));
    }

    /** What the stranger has made goes on by itself: only once it has ended does it look the same whenever asked for. */
    private static void settle(Attempt attempt, Answer answer) {
        if (attempt.isMaking() && answer.isSuccess()) {
            stranger.settle();
        }
    }

    private void requireNothingOfOwner(String what, Answer answer, Set<Naming> sent) {
        if (answer.has(secret)) {
            faults.add(what + " tells the secret: " + answer);
        }
        if (TELL_OF_ATTEMPTS.stream().anyMatch(what::startsWith)) {
            return;
        }
        for (Holdings each : owned) {
            each.idsBut(sent).stream()
                    .filter(answer::has)
                    .forEach(id -> faults.add(what + " tells " + id + ": " + answer));
        }
    }

    private static boolean isFork(Attempt attempt) {
        return attempt.name().toLowerCase(Locale.ROOT).contains("fork");
    }

    /** Neither by the program, which tells all there is to debug it, nor by its database. */
    private void requireNothingLogged() throws Exception {
        rows.close();
        JarProcess.Result ended = serving.terminate();
        assertEquals(0, ended.exitCode());
        assertTrue(ended.err().contains("DEBUG"));
        for (String log : List.of(ended.out(), ended.err(), Files.readString(folder.resolve("data/postgres.log")))) {
            log.lines().filter(line -> line.contains(secret)).forEach(line -> faults.add("logged: " + line));
        }
    }

    /** What the stranger has made of it all: rows, where bytes are written in hexadecimal, and blobs. */
    private void requireNothingWithStranger() throws IOException {
        String inBytes = HexFormat.of().formatHex(secret.getBytes(StandardCharsets.UTF_8));
        rows.of(own.get(Naming.TENANT))
                .forEach((table, texts) -> texts.stream()
                        .filter(text -> text.contains(secret) || text.contains(inBytes))
                        .forEach(text -> faults.add("the stranger has the secret in " + table + ": " + text)));
        try (Stream<Path> files = Files.walk(folder.resolve("data/blobs"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                boolean hasSecret =
                        Files.readString(file, StandardCharsets.ISO_8859_1).contains(secret);
                if (hasSecret && !file.toString().contains(owned.get(0).get(Naming.TENANT))) {
                    faults.add("the secret is in the blob " + file);
                }
            }
        }
    }
}
