package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import io.ticktock.launcher.remote.ServerAccess;
import io.ticktock.launcher.remote.ServerConnection;
import io.ticktock.proto.v1.OpenBlobRequest;
import io.ticktock.proto.v1.OpenBlobResponse;
import io.ticktock.proto.v1.WriteBlobRequest;
import io.ticktock.proto.v1.WriteBlobResponse;
import io.ticktock.sdk.worker.ServerAddress;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is typed comes to the same at a server that asks for keys as on its data folder. */
class RemoteIT {

    private static final Path GRAPHS = Path.of("..", "conf", "graphs").toAbsolutePath();

    /** Its key is a well-formed one of nobody's. */
    private static final String UNKNOWN_KEY = "tt_0123456789abcdef_0123456789012345678901234567890123456789012";

    private static final Duration LONGEST_CALL = Duration.ofSeconds(20);

    private static final String LARGE = """
            graph: large
            version: 1.0.0
            start: first
            tasks:
              first: {type: transform, output: {text: "${input.text}"}}
            plans:
              done: {type: next, next: END}
            edges:
              - first -> done
              - done -> END [FINAL]
            """;

    private static final String FAILING = """
            graph: failing
            version: 1.0.0
            start: first
            tasks:
              first: {type: transform, output: {n: "${input.n + 1}"}}
            plans:
              done: {type: next, next: END}
            edges:
              - first -> done
              - done -> END [FINAL]
            """;

    private static final String POLICY = """
            policies:
              - name: few
                scope: lifetime
                when: count > 2
                action: PAUSE_LIFETIME
            """;

    @TempDir
    private static Path folder;

    private static JarProcess serving;
    private static String url;
    private static String key;
    private static String done;
    private static String other;
    private static String waiting;

    @BeforeAll
    static void start() throws Exception {
        Files.writeString(folder.resolve("large.yaml"), LARGE);
        Files.writeString(folder.resolve("failing.yaml"), FAILING);
        Files.writeString(folder.resolve("policy.yaml"), POLICY);
        key = firstKey();
        serving = JarProcess.start(
                folder,
                "serve",
                "--data",
                data().toString(),
                "--set",
                "api.authentication=required",
                "--set",
                "executor.inline_limit_bytes=1024");
        serving.awaitReady();
        Matcher told = Pattern.compile("http://\\S+").matcher(serving.out());
        assertTrue(told.find(), serving::out);
        url = told.group();
        done = lifetimeOf(there("run", GRAPHS.resolve("newton.yaml"), "--input", "n=2", "--label", "team=red"), 0);
        other = lifetimeOf(there("run", GRAPHS.resolve("newton.yaml"), "--input", "n=9"), 0);
        waiting = lifetimeOf(there("run", GRAPHS.resolve("approval.yaml")), 3);
    }

    @AfterAll
    static void stop() throws Exception {
        if (serving != null) {
            serving.close();
        }
    }

    /** On a folder that nothing has served yet. */
    private static String firstKey() {
        TypedCommand made = typed(Map.of(), "keys create --tenant default --role admin --data " + data());
        assertEquals(0, made.exitCode(), made::toString);
        assertTrue(made.out().matches("tt_[0-9a-f]{16}_\\S{43}\n"), made::toString);
        return made.out().strip();
    }

    private static Path data() {
        return folder.resolve("data");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lifetimes list",
                "lifetimes list -o json --limit 2",
                "lifetimes list --graph newton --status completed",
                "lifetimes list --label team=red",
                "lifetimes show DONE",
                "lifetimes show DONE -o json",
                "lifetimes show WAITING",
                "executions DONE",
                "executions WAITING -o json",
                "diff DONE OTHER",
                "diff DONE OTHER -o json",
                "replay DONE",
                "replay --all -o json",
                "plans replay NEWTON --since 1d",
                "policies simulate FOLDER/policy.yaml --since 1d",
                "policies simulate FOLDER/policy.yaml --since 1d --graph newton -o json",
                "spend",
                "spend --by node -o json",
                "spend --by tenant",
                "tenants list",
                "keys list --tenant default -o json",
                "lifetimes abort DONE",
                "lifetimes resume DONE --add-budget cost_usd=1",
                "lifetimes answer DONE --input approved=true",
                "lifetimes answer WAITING --input approved=perhaps",
                "replay --all --graph nothing",
            })
    void readingTellsTheSame(String typed) {
        TypedCommand here = typed(Map.of(), filled(typed) + " --data " + data());
        TypedCommand there = typed(Map.of(), filled(typed) + " --server " + url + " --key " + key);
        assertEquals(here.exitCode(), there.exitCode(), there::toString);
        assertEquals(here.withoutChance().out(), there.withoutChance().out());
        assertEquals(here.err().lines().count(), there.err().lines().count(), there::toString);
    }

    @Test
    void steeringComesToTheSame() {
        List<String> steps = List.of(
                "lifetimes pause ID --reason enough",
                "lifetimes show ID",
                "lifetimes resume ID",
                "lifetimes answer ID --input approved=true",
                "lifetimes show ID");
        String left = lifetimeOf(there("run", GRAPHS.resolve("approval.yaml")), 3);
        String right = lifetimeOf(there("run", GRAPHS.resolve("approval.yaml")), 3);
        for (String step : steps) {
            TypedCommand here = typed(Map.of(), step.replace("ID", left) + " --data " + data());
            TypedCommand there = typed(variables(), step.replace("ID", right));
            // What goes on after an answer is not waited for by either.
            if (!step.equals(steps.get(steps.size() - 1))) {
                assertEquals(here.withoutChance(), there.withoutChance());
            }
        }
        TypedCommand ended = typed(variables(), "lifetimes abort " + waiting + " --reason enough");
        assertEquals("lifetime " + waiting + " is aborted\n", ended.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"run NEWTON --input n=2 -o json", "run FOLDER/failing.yaml --input n=x", "run APPROVAL"})
    void aRunComesToTheSame(String typed) {
        Path alone = folder.resolve("alone");
        TypedCommand here = typed(Map.of(), filled(typed) + " --data " + alone);
        TypedCommand there = typed(variables(), filled(typed));
        assertEquals(here.exitCode(), there.exitCode(), there::toString);
        assertEquals(here.withoutChance().out(), there.withoutChance().out());
        assertEquals(lastLine(here, " --data " + alone), lastLine(there, " --server " + url));
    }

    /** Of what is said of progress, the times differ. */
    private static String lastLine(TypedCommand command, String flags) {
        List<String> lines = command.withoutChance().err().lines().toList();
        String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        return last.startsWith("ticktock:") ? last.replace(flags, "") : "";
    }

    @Test
    void aForkGoesOnThere() throws IOException {
        JsonNode executions =
                json(typed(variables(), "executions " + done + " -o json")).get("executions");
        String at = executions.get(1).get("exec_id").asText();
        TypedCommand fork = typed(variables(), "fork " + done + " --at " + at + " -o json");
        assertEquals(0, fork.exitCode(), fork::toString);
        String id = json(fork).get("lifetime_id").asText();
        TypedCommand shown = typed(variables(), "diff " + done + " " + id);
        assertTrue(shown.out().contains("output  the same"), shown::toString);
        String shared = " executions " + id;
        assertEquals(typed(Map.of(), shared.strip() + " --data " + data()), typed(variables(), shared.strip()));
    }

    @Test
    void aLargeOutputIsFetched() {
        String text = "word ".repeat(1_000_000 / 5);
        TypedCommand ran = there("run", folder.resolve("large.yaml"), "--input", "text=" + text);
        assertEquals(0, ran.exitCode(), ran::err);
        assertTrue(ran.out().contains(text), () -> ran.out().length() + " characters");
    }

    @Test
    void aLargeInputIsStoredFirst() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "word ".repeat(3_000_000 / 5));
        TypedCommand ran = there("run", folder.resolve("large.yaml"), "--input", "text=@" + text);
        assertEquals(0, ran.exitCode(), ran::err);
        assertEquals(3_000_000, json(ran).get("text").asText().length());
    }

    @Test
    void anUploadIsOfItsTenant() throws Exception {
        typed(variables(), "tenants create uploader");
        JsonNode made = json(typed(variables(), "keys create --tenant uploader --role operator -o json"));
        Vertx vertx = Vertx.vertx();
        ServerConnection own = connection(vertx, key);
        ServerConnection stranger = connection(vertx, made.get("key").asText());
        try {
            OpenBlobRequest open =
                    OpenBlobRequest.newBuilder().setMediaType("text/plain").build();
            String upload = Awaiting.result(own.request(open, OpenBlobResponse.class, LONGEST_CALL))
                    .getUploadId();
            assertEquals(refusal(stranger, UUID.randomUUID().toString()), refusal(stranger, upload));
            WriteBlobResponse written =
                    Awaiting.result(own.request(chunk(upload), WriteBlobResponse.class, LONGEST_CALL));
            assertEquals(4, written.getSizeBytes());
            for (int i = 0; i < 16; i++) {
                Awaiting.result(stranger.request(open, OpenBlobResponse.class, LONGEST_CALL));
            }
            Failure refused = Awaiting.failure(stranger.request(open, OpenBlobResponse.class, LONGEST_CALL));
            assertEquals(FailureCode.OVERLOADED, refused.code());
            Awaiting.result(own.request(open, OpenBlobResponse.class, LONGEST_CALL));
        } finally {
            Awaiting.result(own.close().eventually(stranger::close).eventually(vertx::close));
        }
    }

    private static String refusal(ServerConnection connection, String upload) {
        Failure refused = Awaiting.failure(connection.request(chunk(upload), WriteBlobResponse.class, LONGEST_CALL));
        assertEquals(FailureCode.NOT_FOUND, refused.code());
        return refused.getMessage();
    }

    private static WriteBlobRequest chunk(String upload) {
        return WriteBlobRequest.newBuilder()
                .setUploadId(upload)
                .setChunk(ByteString.copyFromUtf8("text"))
                .build();
    }

    private static ServerConnection connection(Vertx vertx, String key) {
        ServerAddress address = ServerAddress.parse(url).orElseThrow();
        return new ServerConnection(vertx, new ServerAccess(address, Optional.of(key), Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            lifetimes list --server URL                           | 1 | URL asks for a key: give one with --key-file, or in TICKTOCK_KEY
            lifetimes list --server URL --key UNKNOWN             | 1 | URL does not know the key, or it was revoked
            lifetimes list --server URL --key ä                   | 2 | --key: must be one key such as tt_…, and nothing else
            lifetimes list --server URL --key-file FOLDER/none    | 2 | --key-file: there is no file FOLDER/none that can be read
            lifetimes list --server URL --key a --key-file b      | 2 | --key and --key-file exclude each other
            lifetimes list --server URL --data d                  | 2 | --server and --data exclude each other: a server has a data folder and settings of its own
            lifetimes list --server URL --set a.b=1               | 2 | --server and --set exclude each other: a server has a data folder and settings of its own
            lifetimes list --server 127.0.0.1:7171                | 2 | --server: must be an address such as https://ticktock.example.com or http://127.0.0.1:7171, not '127.0.0.1:7171'
            lifetimes list --key a                                | 2 | --key goes with --server
            lifetimes list --server URL --server-certificate x    | 2 | --server-certificate goes with an address that begins with https://
            lifetimes list --server https://127.0.0.1:1 --server-certificate FOLDER/none | 2 | --server-certificate: FOLDER/none must be a PEM file
            lifetimes list --server http://127.0.0.1:1            | 1 | http://127.0.0.1:1 cannot be reached: nothing listens there, or nothing lets through
            lifetimes list --server HTTPS                         | 1 | HTTPS does not speak TLS as it should; does it want http:// instead of https://?
            lifetimes show ABSENT --server URL --key KEY          | 2 | there is no such thing at URL, or it is another tenant's
            keys create --tenant none --role reader --server URL --key KEY | 2 | there is no such thing at URL, or it is another tenant's
            policies simulate FOLDER/policy.yaml --since 1d --tenant x --server URL --key KEY | 2 | --tenant is for a data folder: at a server it is the tenant of the key
            serve --server URL                                    | 2 | ticktock serve works on this machine alone and takes no --server
            bench --server=URL                                    | 2 | ticktock bench works on this machine alone and takes no --server
            validate x.yaml --server URL                          | 2 | ticktock validate works on this machine alone and takes no --server
            policies validate x.yaml --server URL                 | 2 | ticktock policies validate works on this machine alone and takes no --server
            lifetimes list --kee UNKNOWN                          | 2 | Unknown options: '--kee', 'tt_…'; did you mean --key?; see ticktock lifetimes list --help
            """)
    void whatIsWrongIsOneLine(String typed, int exitCode, String sentence) {
        TypedCommand refused = typed(Map.of(), filled(typed));
        assertEquals("ticktock: " + filled(sentence) + "\n", refused.err());
        assertEquals("", refused.out());
        assertEquals(exitCode, refused.exitCode());
    }

    @Test
    void aKeyOfAReaderReads() throws IOException {
        typed(variables(), "tenants create acme");
        JsonNode made = json(typed(variables(), "keys create --tenant acme --role reader,worker -o json"));
        assertEquals("[\"reader\",\"worker\"]", Json.text(made.get("roles")));
        Map<String, String> reader =
                Map.of("TICKTOCK_SERVER", url, "TICKTOCK_KEY", made.get("key").asText());
        assertEquals(0, typed(reader, "spend").exitCode());
        TypedCommand foreign = typed(reader, "lifetimes show " + done);
        assertEquals(2, foreign.exitCode());
        TypedCommand refused = typed(reader, "run " + GRAPHS.resolve("newton.yaml"));
        assertEquals(1, refused.exitCode());
        assertEquals(
                "ticktock: the key may not: graphs.register needs one of the roles author, or admin\n", refused.err());
        TypedCommand tenants = typed(reader, "tenants list");
        assertEquals(1, tenants.exitCode());
        assertFalse(tenants.err().contains(made.get("key").asText()));

        String id = made.get("key_id").asText();
        TypedCommand revoked = typed(Map.of(), "keys revoke " + id + " --tenant acme --data " + data());
        assertEquals("key " + id + " is revoked\n", revoked.out());
        JsonNode keys =
                json(typed(variables(), "keys list --tenant acme -o json")).get("keys");
        assertFalse(keys.get(0).get("revoked_at").isNull());
    }

    @Test
    void tlsTrustsWhatItIsTold() throws Exception {
        ServerCertificate tls = ServerCertificate.in(Files.createDirectory(folder.resolve("tls")));
        Settings settings = Settings.shipped()
                .with("launcher.data_folder", folder.resolve("other").toString(), "--data")
                .with("api.port", "0", "--set")
                .with("api.tls_certificate", tls.certificate().toString(), "--set")
                .with("api.tls_key", tls.key().toString(), "--set");
        try (LocalSystem system = LocalSystem.start(Configuration.of(settings), EnumSet.allOf(SystemModule.class))) {
            String address = system.address().orElseThrow();
            String list = "lifetimes list --server " + address;
            TypedCommand ran = typed(
                    Map.of(),
                    "run " + GRAPHS.resolve("newton.yaml") + " --input n=2 --server " + address
                            + " --server-certificate " + tls.certificate());
            assertEquals(0, ran.exitCode(), ran::toString);

            TypedCommand distrusted = typed(Map.of(), list);
            assertEquals(1, distrusted.exitCode());
            assertEquals(
                    "ticktock: " + address + " has a certificate that is not trusted, or is of another host;"
                            + " --server-certificate names one to trust\n",
                    distrusted.err());
            TypedCommand plain = typed(Map.of(), list.replace("https:", "http:"));
            assertEquals(1, plain.exitCode());
            assertTrue(plain.err().endsWith("does it want https:// instead of http://?\n"), plain::toString);
            assertEquals(1, plain.err().lines().count(), plain::toString);
        }
    }

    private static TypedCommand there(Object... words) {
        List<String> arguments = new ArrayList<>();
        for (Object word : words) {
            arguments.add(word.toString());
        }
        return TypedCommand.run(variables(), arguments);
    }

    private static Map<String, String> variables() {
        return Map.of("TICKTOCK_SERVER", url, "TICKTOCK_KEY", key);
    }

    private static TypedCommand typed(Map<String, String> environment, String typed) {
        return TypedCommand.run(environment, List.of(typed.split(" ")));
    }

    private static String filled(String text) {
        return text.replace("ABSENT", "01a2234e-140c-75f5-8528-99155263e247")
                .replace("DONE", done)
                .replace("OTHER", other)
                .replace("WAITING", waiting)
                .replace("NEWTON", GRAPHS.resolve("newton.yaml").toString())
                .replace("APPROVAL", GRAPHS.resolve("approval.yaml").toString())
                .replace("FOLDER", folder.toString())
                .replace("UNKNOWN", UNKNOWN_KEY)
                .replace("HTTPS", url.replace("http:", "https:"))
                .replace("URL", url)
                .replace(" KEY", " " + key);
    }

    /** Of a run, from the list: not every run says it. */
    private static String lifetimeOf(TypedCommand run, int exitCode) {
        assertEquals(exitCode, run.exitCode(), run::toString);
        try {
            return json(there("lifetimes", "list", "-o", "json", "--limit", "1"))
                    .get("lifetimes")
                    .get(0)
                    .get("lifetime_id")
                    .asText();
        } catch (IOException e) {
            throw new AssertionError("the list cannot be read", e);
        }
    }

    private static JsonNode json(TypedCommand command) throws IOException {
        return Json.parse(command.out()).orElseThrow(() -> new IOException(command.toString()));
    }
}
