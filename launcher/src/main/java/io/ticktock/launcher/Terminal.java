package io.ticktock.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The three standard streams, as a command sees them.
 *
 * @param in where answers come from
 * @param out takes what was asked for, nothing else
 * @param err takes progress, questions and errors
 * @param live whether what is written to {@code err} can be drawn over
 */
record Terminal(BufferedReader in, PrintStream out, PrintStream err, boolean live) {

    private static final int STANDARD_ERROR = 2;

    /** The streams of this process. */
    static Terminal ofProcess() {
        return new Terminal(
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                isTerminal(STANDARD_ERROR) && !"dumb".equals(System.getenv("TERM")));
    }

    /** Text of others on one line: what would steer the terminal is taken out. */
    static String line(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    /** Java does not tell of each stream whether it is a terminal; Linux does in /proc, other systems by a command. */
    private static boolean isTerminal(int stream) {
        Path link = Path.of("/proc/self/fd/" + stream);
        try {
            if (!Files.isSymbolicLink(link)) {
                String[] question = {"test", "-t", Integer.toString(stream)};
                return new ProcessBuilder(question).inheritIO().start().waitFor() == 0;
            }
            String target = Files.readSymbolicLink(link).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            // A stream that cannot be looked at is treated like a file: plain lines are right everywhere.
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
