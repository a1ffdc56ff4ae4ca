package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Whatever is typed, the answer is one sentence and an exit code. */
class CommandLineTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    ``                                  | Missing required subcommand; see ticktock --help
                    rum                                 | Unmatched argument at index 0: 'rum'; did you mean run?; see ticktock --help
                    run                                 | Missing required parameter: 'GRAPH.yaml'; see ticktock run --help
                    run /no/such.yaml                   | /no/such.yaml: no such file
                    run GRAPH extra                     | Unmatched argument at index 2: 'extra'; see ticktock run --help
                    run GRAPH --input n                 | --input 'n': must be a JSON object, key=value or key=@FILE, such as --input n=2
                    run GRAPH --input t=@/no/file       | --input: no file /no/file; what follows @ must be a file
                    run GRAPH --label team              | --label 'team': must be a name and a value, such as team=red
                    run GRAPH --set a.b=1               | --set: unknown key a.b
                    run GRAPH --set state.pool_siz=1    | --set: unknown key state.pool_siz; did you mean state.pool_size?
                    run GRAPH --set state.pool_size=0   | --set: state.pool_size must be 1 to 64, not 0
                    run GRAPH --log-level loud          | --log-level: launcher.log_level must be one of error, warn, info, debug, trace, not 'loud'
                    run GRAPH --config /no/file         | /no/file: no such configuration file
                    run GRAPH --database-url mysql://x  | --database-url: state.database_url cannot be used: the database url must have the form postgres://user:password@host:port/database?sslmode=require
                    run GRAPH -o xml                    | Invalid value for option '--output': expected one of [TEXT, JSON] (case-insensitive) but was 'xml'; see ticktock run --help
                    serve --modules state,blub          | there is no module 'blub'; the modules are state, blob, guardrail, executor, control, api
                    serve --cluster --set cluster.members=127.0.0.1:7801 --modules state,blob | module state of one of several processes needs a database that they share; --database-url, state.database_url or TICKTOCK_STATE_DATABASE_URL says where it is
                    serve --modules control             | module control needs the address state.hold-shards, which module state serves; add state to the modules
                    serve --modules state,executor      | module executor needs the address blob.open, which module blob serves; add blob to the modules
                    lifetimes                           | Missing required subcommand; see ticktock lifetimes --help
                    lifetimes show                      | Missing required parameter: 'ID'; see ticktock lifetimes show --help
                    lifetimes show 123                  | '123' is not a lifetime id; give all 36 characters, as 'ticktock lifetimes list' shows them
                    lifetimes list --limit 0            | --limit must be 1 to 100000, not 0
                    policies                            | Missing required subcommand; see ticktock policies --help
                    run GRAPH --set guardrail.reload_interval=1ms | --set: guardrail.reload_interval must be 100ms to 1h, not 1ms
                    executions x                        | 'x' is not a lifetime id; give all 36 characters, as 'ticktock lifetimes list' shows them
                    bench --steps 3                     | --steps must be an even number from 2 to 1000
                    policies simulate draft.yaml        | --since is missing; say from when on, such as --since 7d
                    spend --by day                      | Invalid value for option '--by': expected one of [TENANT, GRAPH, VERSION, NODE] (case-insensitive) but was 'day'; see ticktock spend --help
                    spend --since 2026-02-30            | --since '2026-02-30': must be a time such as 2026-03-01T12:00:00Z, a date such as 2026-03-01, or an age such as 7d, 12h or 30m
                    spend --since 7days                 | --since '7days': must be a time such as 2026-03-01T12:00:00Z, a date such as 2026-03-01, or an age such as 7d, 12h or 30m
                    spend --since 2026-02-02 --until 2026-02-01 | --since must be before --until, but is 2026-02-02T00:00:00Z, and --until 2026-02-01T00:00:00Z
                    bench --task-ms 20001               | --task-ms must be 0 to 20000
                    bench --concurrency 0               | --concurrency must be 1 to 100000
                    draw GRAPH --format png             | Invalid value for option '--format': expected one of [MERMAID, DOT] (case-insensitive) but was 'png'; see ticktock draw --help
                    """)
    void wrongUsageIsOneSentenceAndExitCode2(String typed, String sentence) throws IOException {
        String graph = Files.writeString(folder.resolve("graph.yaml"), GRAPH).toString();
        String[] arguments =
                typed.isEmpty() ? new String[0] : typed.replace("GRAPH", graph).split(" ");

        int exitCode = run(Map.of(), arguments);

        assertEquals("ticktock: " + sentence + "\n", text(err));
        assertEquals("", text(out));
        assertEquals(ExitCode.USAGE.number(), exitCode);
    }

    @Test
    void anUnknownVariableIsRefused() {
        int exitCode = run(Map.of("TICKTOCK_STATE_POOL_SIZ", "1"), "lifetimes", "list");

        assertEquals(ExitCode.USAGE.number(), exitCode);
        assertEquals(
                "ticktock: the variable TICKTOCK_STATE_POOL_SIZ names no setting; did you mean"
                        + " TICKTOCK_STATE_POOL_SIZE?\n",
                text(err));
    }

    @Test
    void faultsOfAGraphAreLinesThatAnEditorUnderstands() throws IOException {
        Path file = Files.writeString(
                folder.resolve("graph.yaml"),
                GRAPH.replace("first -> check", "first -> chek").replace("transform", "trans"));

        int exitCode = run(Map.of(), "validate", file.toString());

        assertEquals(ExitCode.USAGE.number(), exitCode);
        List<String> lines = text(err).lines().toList();
        assertTrue(lines.size() >= 2, text(err));
        for (String line : lines) {
            assertTrue(line.matches(java.util.regex.Pattern.quote(file.toString()) + ":\\d+:\\d+: .+"), line);
        }
    }

    @Test
    void aRightGraphIsValid() throws IOException {
        Path file = Files.writeString(folder.resolve("graph.yaml"), GRAPH);

        assertEquals(ExitCode.COMPLETED.number(), run(Map.of(), "validate", file.toString()), text(err));
        assertEquals(file + ": ok\n", text(out));
    }

    @Test
    void policiesAreValidatedFileByFile() throws IOException {
        Path good = Files.writeString(folder.resolve("good.yaml"), POLICY);
        Path bad = Files.writeString(
                folder.resolve("bad.yaml"),
                POLICY.replace("PAUSE_LIFETIME", "PAUSE").replace("sum.tok", "sum.tik"));

        int exitCode = run(Map.of(), "policies", "validate", good.toString(), bad.toString());

        assertEquals(ExitCode.USAGE.number(), exitCode);
        assertEquals(good + ": ok, 1 policy\n", text(out));
        assertEquals(
                bad + ":4:11: there is no variable 'sum.tikens_used'; did you mean sum.tokens_used?\n" + bad
                        + ":5:13: action cannot be 'PAUSE'; use one of ABORT_LIFETIME, PAUSE_LIFETIME,"
                        + " REJECT_EXECUTION\n",
                text(err));
    }

    @Test
    void aGraphIsDrawn() throws IOException {
        Path file = Files.writeString(folder.resolve("graph.yaml"), GRAPH);

        assertEquals(ExitCode.COMPLETED.number(), run(Map.of(), "draw", file.toString(), "--format", "dot"));
        assertTrue(text(out).startsWith("digraph"), text(out));
    }

    static Stream<String> commands() {
        CommandLine root =
                Ticktock.commandLine(session(new ByteArrayOutputStream(), new ByteArrayOutputStream(), Map.of()));
        return root.getSubcommands().entrySet().stream()
                .flatMap(command -> Stream.concat(
                        Stream.of(command.getKey()),
                        command.getValue().getSubcommands().keySet().stream()
                                .map(name -> command.getKey() + " " + name)));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandExplainsItself(String command) {
        int exitCode = run(Map.of(), (command + " --help").split(" "));

        assertEquals(ExitCode.COMPLETED.number(), exitCode);
        assertTrue(text(out).startsWith("Usage: ticktock " + command), text(out));
        assertEquals("", text(err));
    }

    private int run(Map<String, String> environment, String... arguments) {
        return Ticktock.commandLine(session(out, err, environment)).execute(arguments);
    }

    private static Session session(
            ByteArrayOutputStream out, ByteArrayOutputStream err, Map<String, String> environment) {
        Terminal terminal = new Terminal(
                new BufferedReader(new StringReader("")),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        return new Session(terminal, new Interruption(), environment);
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }

    private static final String POLICY = """
            policies:
              - name: token-limit
                scope: lifetime
                when: sum.tokens_used > 10000
                action: PAUSE_LIFETIME
            """;

    private static final String GRAPH = """
            graph: once
            version: 1.0.0
            start: first
            tasks:
              first: {type: transform, output: {n: 1}}
            plans:
              check: {type: next, next: END}
            edges:
              - first -> check
              - check -> END [FINAL]
            """;
}
