package io.ticktock.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterConfigurationTest {

    private static final List<Endpoint> MEMBERS = List.of(Endpoint.parse("127.0.0.1:7801"));
    private static final Optional<ClusterTls> TLS =
            Optional.of(new ClusterTls(Path.of("certificate"), Path.of("key"), Path.of("authority")));

    private static ClusterConfiguration at(String host, Optional<ClusterTls> tls) {
        return of(host, 7800, 0, MEMBERS, Optional.empty(), tls, Duration.ofSeconds(8));
    }

    private static ClusterConfiguration of(
            String host,
            int port,
            int busPort,
            List<Endpoint> members,
            Optional<String> dnsName,
            Optional<ClusterTls> tls,
            Duration silence) {
        return new ClusterConfiguration(host, port, busPort, members, dnsName, tls, Duration.ofSeconds(30), silence);
    }

    private static void assertRefused(String beginning, org.junit.jupiter.api.function.Executable making) {
        String message = assertThrows(IllegalArgumentException.class, making).getMessage();
        assertTrue(message.startsWith(beginning), message);
    }

    @Test
    void whoCanBeReachedFromOutsideNeedsTls() {
        assertRefused(
                "cluster.host is '192.0.2.1', which others can reach: set", () -> at("192.0.2.1", Optional.empty()));
        assertEquals("192.0.2.1", at("192.0.2.1", TLS).host());
        assertEquals("127.0.0.1", at("127.0.0.1", Optional.empty()).host());
    }

    @Test
    void theAddressIsOneThatOthersReach() {
        assertRefused("cluster.host must be one address, at which", () -> at("0.0.0.0", TLS));
        assertRefused("cluster.host must be an address or a name", () -> at("no-such-host.invalid", TLS));
    }

    @Test
    void othersAreFoundInOneWay() {
        Duration silence = Duration.ofSeconds(8);
        assertRefused(
                "cluster.members must say",
                () -> of("127.0.0.1", 7800, 0, List.of(), Optional.empty(), Optional.empty(), silence));
        assertRefused(
                "cluster.members must say",
                () -> of("127.0.0.1", 7800, 0, MEMBERS, Optional.of("members.local"), Optional.empty(), silence));
    }

    @Test
    void portsAndTimesAreWithinBounds() {
        Optional<String> dns = Optional.of("members.local");
        Duration silence = Duration.ofSeconds(8);
        assertRefused("cluster.port must be", () -> of("127.0.0.1", 0, 0, List.of(), dns, Optional.empty(), silence));
        assertRefused(
                "cluster.bus_port must be another",
                () -> of("127.0.0.1", 7800, 7800, List.of(), dns, Optional.empty(), silence));
        assertRefused(
                "cluster.silence must be 2s to 10m, not 1000ms",
                () -> of("127.0.0.1", 7800, 0, List.of(), dns, Optional.empty(), Duration.ofSeconds(1)));
    }

    @Test
    void endpointsAreRead() {
        assertEquals(new Endpoint("10.0.0.1", 7800), Endpoint.parse("10.0.0.1:7800"));
        assertEquals(new Endpoint("::1", 7800), Endpoint.parse("[::1]:7800"));
        for (String wrong : List.of("10.0.0.1", "10.0.0.1:", ":7800", "10.0.0.1:0", "10.0.0.1:port")) {
            assertRefused("cluster.members must be a list of host:port", () -> Endpoint.parse(wrong));
        }
    }
}
