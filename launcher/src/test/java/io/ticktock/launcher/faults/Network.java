package io.ticktock.launcher.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where members of a cluster are, by their numbers; the test has the number after the last one. */
public sealed interface Network extends AutoCloseable permits Network.Loopback, Namespaces {

    /** What members on addresses that others can reach have to show each other; files in PEM. */
    record Certificate(Path chain, Path key) {}

    /** At which a member is reached by the others. */
    String host(int member);

    /** A port that nothing listens at there. */
    int freePort(int member);

    /** The words before a command that run it where the member is. */
    List<String> prefix(int member);

    Optional<Certificate> certificate();

    @Override
    void close();

    /** All on 127.0.0.1. */
    final class Loopback implements Network {

        private static final int MOST_TRIES = 100;

        /** So that none is given twice before its member listens there. */
        private final Set<Integer> given = new HashSet<>();

        @Override
        public String host(int member) {
            return "127.0.0.1";
        }

        @Override
        public int freePort(int member) {
            for (int tried = 0; tried < MOST_TRIES; tried++) {
                try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                    if (given.add(socket.getLocalPort())) {
                        return socket.getLocalPort();
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            throw new IllegalStateException("no port is free");
        }

        @Override
        public List<String> prefix(int member) {
            return List.of();
        }

        @Override
        public Optional<Certificate> certificate() {
            return Optional.empty();
        }

        @Override
        public void close() {
            // Nothing was made.
        }
    }
}
