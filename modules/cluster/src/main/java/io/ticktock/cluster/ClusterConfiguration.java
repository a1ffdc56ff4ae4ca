package io.ticktock.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The configuration key {@code cluster}.
 *
 * @param host to listen at, as others reach it; a loopback address unless TLS is on
 * @param port for membership
 * @param busPort for messages; 0 for any that is free
 * @param members where others may be; not all of them need run
 * @param dnsName of all members, instead of a list
 * @param startTimeout how long a start waits for what other members serve
 * @param silence after so long without a sign of life a member is taken for dead
 */
public record ClusterConfiguration(
        String host,
        int port,
        int busPort,
        List<Endpoint> members,
        Optional<String> dnsName,
        Optional<ClusterTls> tls,
        Duration startTimeout,
        Duration silence) {

    private static final Duration SHORTEST_SILENCE = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    public ClusterConfiguration {
        members = List.copyOf(members);
        if (port < 1 || port > Endpoint.LARGEST_PORT) {
            throw new IllegalArgumentException("cluster.port must be 1 to " + Endpoint.LARGEST_PORT + ", not " + port);
        }
        if (busPort < 0 || busPort > Endpoint.LARGEST_PORT) {
            throw new IllegalArgumentException(
                    "cluster.bus_port must be 0 to " + Endpoint.LARGEST_PORT + ", not " + busPort);
        }
        if (busPort == port) {
            throw new IllegalArgumentException("cluster.bus_port must be another one than cluster.port");
        }
        if (members.isEmpty() == dnsName.isEmpty()) {
            throw new IllegalArgumentException("cluster.members must say where other members may be, such as"
                    + " 10.0.0.1:7800, or cluster.dns_name must; one of them");
        }
        requireWithin("cluster.start_timeout", startTimeout, Duration.ofSeconds(1));
        requireWithin("cluster.silence", silence, SHORTEST_SILENCE);
        requireGuarded(address(host), host, tls.isPresent());
    }

    private static void requireWithin(String key, Duration value, Duration least) {
        if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(key + " must be " + least.toSeconds() + "s to " + LONGEST.toMinutes()
                    + "m, not " + value.toMillis() + "ms");
        }
    }

    private static void requireGuarded(InetAddress address, String host, boolean hasTls) {
        if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
            throw new IllegalArgumentException(
                    "cluster.host must be one address, at which other members reach this one, not '" + host + "'");
        }
        if (!address.isLoopbackAddress() && !hasTls) {
            throw new IllegalArgumentException("cluster.host is '" + host + "', which others can reach: set"
                    + " cluster.tls_certificate, cluster.tls_key and cluster.tls_authority; or listen at 127.0.0.1");
        }
    }

    InetAddress address() {
        return address(host);
    }

    private static InetAddress address(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "cluster.host must be an address or a name of this machine, not '" + host + "'", e);
        }
    }
}
