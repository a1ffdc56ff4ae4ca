package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server of a cluster.
 *
 * @param process its main process
 * @param port where it listens
 */
record Postmaster(PostgresCluster cluster, ProcessHandle process, int port) {

    private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);

    private static final int ATTEMPTS = 6;
    private static final long ATTEMPT_PAUSE_MS = 150;
    private static final long POLL_MS = 5;
    /** Replaying the log of a server that was killed may take a while. */
    private static final long START_SECONDS = 120;

    private static final long STOP_SECONDS = 30;
    private static final long LARGEST_LOG_BYTES = 8L << 20;

    /** Adopts the server that runs already, or starts one on a free port. */
    static Postmaster adoptOrStart(PostgresCluster cluster) throws IOException, InterruptedException {
        Optional<PostmasterFile> file = PostmasterFile.in(cluster.folder());
        Optional<ProcessHandle> orphan = file.flatMap(noted -> noted.server(cluster.folder()));
        if (orphan.isPresent()) {
            int port = readyPort(cluster, orphan.get());
            if (port > 0) {
                LOG.info("adopted the PostgreSQL that an earlier process had left running");
                return new Postmaster(cluster, orphan.get(), port);
            }
        } else if (file.isPresent() && ProcessHandle.of(file.get().pid()).isPresent()) {
            PostmasterFile.disown(cluster.folder(), ProcessHandle.current().pid());
        }
        return start(cluster, 0);
    }

    /** On this port, or on a free one when it is 0. */
    static Postmaster start(PostgresCluster cluster, int port) throws IOException, InterruptedException {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            ProcessHandle process =
                    launch(cluster, port == 0 ? freePort() : port).toHandle();
            int readyPort = readyPort(cluster, process);
            if (readyPort > 0) {
                return new Postmaster(cluster, process, readyPort);
            }
            // Another process took the port, or children of a killed server have not ended yet.
            LOG.info("PostgreSQL did not start at attempt {}: {}", attempt, cluster.lastError());
            TimeUnit.MILLISECONDS.sleep(attempt * ATTEMPT_PAUSE_MS);
        }
        throw new Failure(
                FailureCode.FAILED_PRECONDITION, "the embedded PostgreSQL does not start: " + cluster.lastError());
    }

    /** Cuts clients off and ends in order; by force when it does not. */
    void stop() throws IOException, InterruptedException {
        for (String signal : List.of("INT", "QUIT", "KILL")) {
            if (!process.isAlive()) {
                return;
            }
            cluster.run("pg_ctl", "kill", signal, Long.toString(process.pid()));
            if (hasEnded(process, STOP_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
            LOG.warn("PostgreSQL did not stop within {} s of SIG{}", STOP_SECONDS, signal);
        }
    }

    private static Process launch(PostgresCluster cluster, int port) throws IOException {
        if (Files.exists(cluster.log()) && Files.size(cluster.log()) > LARGEST_LOG_BYTES) {
            Files.delete(cluster.log());
        }
        List<String> command = new ArrayList<>(ownSession());
        command.addAll(cluster.command("postgres", "-D", cluster.folder().toString(), "-p", Integer.toString(port)));
        PostgresSettings.embedded().forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        return cluster.start(command);
    }

    /** So that an interrupt from the terminal reaches this process only, which then stops the server in its turn. */
    static List<String> ownSession() {
        String setsid = "/usr/bin/setsid";
        return Files.isExecutable(Path.of(setsid)) ? List.of(setsid) : List.of();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** 0 when it ends instead of becoming ready. */
    private static int readyPort(PostgresCluster cluster, ProcessHandle process) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (System.nanoTime() - deadlineNanos < 0) {
            Optional<PostmasterFile> ready =
                    PostmasterFile.in(cluster.folder()).filter(file -> file.pid() == process.pid() && file.isReady());
            if (ready.isPresent()) {
                return ready.get().port();
            }
            if (hasEnded(process, POLL_MS, TimeUnit.MILLISECONDS)) {
                return 0;
            }
        }
        throw new Failure(
                FailureCode.UNAVAILABLE,
                "the embedded PostgreSQL was not ready after " + START_SECONDS + " s; it may still be recovering");
    }

    private static boolean hasEnded(ProcessHandle process, long time, TimeUnit unit) throws InterruptedException {
        try {
            process.onExit().get(time, unit);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of a process cannot be waited for", e);
        }
    }
}
