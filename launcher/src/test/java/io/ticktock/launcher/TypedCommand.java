package io.ticktock.launcher;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What a command that was typed came to; it ran in this process. */
record TypedCommand(int exitCode, String out, String err) {

    static TypedCommand run(Map<String, String> environment, List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new BufferedReader(new StringReader("")),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        Session session = new Session(terminal, new Interruption(), environment);
        int exitCode = Ticktock.commandLine(session).execute(arguments.toArray(String[]::new));
        return new TypedCommand(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The same except for what no two runs have in common: ids, times and how long it took. */
    TypedCommand withoutChance() {
        return new TypedCommand(exitCode, withoutChance(out), withoutChance(err));
    }

    private static String withoutChance(String text) {
        return text.replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME")
                .replaceAll("\"(latency_ms|cpu_seconds|seconds|executions_per_cpu_s)\":[0-9.E+-]+", "\"$1\":0")
                .replaceAll("[0-9.]+ s, [0-9.]+ s of processor time", "TIMES");
    }
}
