package io.ticktock.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a main class of the tests in a Java process of its own, for a minute at most: nobody waits longer for it. */
final class ChildProcess {

    private static final long MOST_SECONDS = 60;

    private ChildProcess() {}

    static Process start(Class<?> main, String... arguments) throws IOException {
        return endedInTime(new ProcessBuilder(command(main, arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** In a process whose files cannot grow beyond so many blocks, of 512 or 1024 bytes as the shell has it. */
    static Process startWithFileLimit(int blocks, Class<?> main, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -f " + blocks + " && exec \"$@\"", "sh"));
        command.addAll(command(main, arguments));
        return endedInTime(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private static Process endedInTime(Process child) {
        CompletableFuture.delayedExecutor(MOST_SECONDS, TimeUnit.SECONDS)
                .execute(() -> child.toHandle().destroyForcibly());
        return child;
    }

    private static List<String> command(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
