package io.ticktock.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Places on loopback for the members of one test, at which nothing listens. */
final class FreeEndpoints {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private FreeEndpoints() {}

    static List<Endpoint> of(int number) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < number; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return held.stream()
                    .map(socket -> new Endpoint("127.0.0.1", socket.getLocalPort()))
                    .toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    static ClusterConfiguration configuration(Endpoint own, List<Endpoint> all, Duration silence) {
        return new ClusterConfiguration(
                own.host(), own.port(), 0, all, Optional.empty(), Optional.empty(), PATIENCE, silence);
    }
}
