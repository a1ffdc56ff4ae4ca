package io.ticktock.launcher.faults;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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

        @Override
        public String host(int member) {
            return "127.0.0.1";
        }

        @Override
        public int freePort(int member) {
            return ServerPorts.free();
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
