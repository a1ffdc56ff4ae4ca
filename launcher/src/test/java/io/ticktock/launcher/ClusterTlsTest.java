package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.cluster.Cluster;
import io.ticktock.cluster.ClusterConfiguration;
import io.ticktock.cluster.ClusterTls;
import io.ticktock.cluster.Endpoint;
import io.ticktock.cluster.MemberFacts;
import io.ticktock.proto.v1.CheckRequest;
import io.ticktock.proto.v1.CheckResponse;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that show each other certificates, and those that have none or another's. */
class ClusterTlsTest {

    private static final CheckResponse ANSWER =
            CheckResponse.newBuilder().setReason("encrypted").build();

    @TempDir
    private Path folder;

    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<Cluster> joined = new ArrayList<>();
    private Bus serving;

    @BeforeEach
    void start() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                endpoints.add(new Endpoint("127.0.0.1", socket.getLocalPort()));
            }
        }
        serving = new Bus(join(0, tls("own")).vertx());
        Client.await(serving.serve(Addresses.STATE_CHECK, request -> Future.succeededFuture(ANSWER)));
    }

    @AfterEach
    void stop() {
        joined.forEach(Cluster::leave);
    }

    private Optional<ClusterTls> tls(String name) throws Exception {
        ServerCertificate own = ServerCertificate.in(Files.createDirectories(folder.resolve(name)));
        return Optional.of(new ClusterTls(own.certificate(), own.key(), own.certificate()));
    }

    private Cluster join(int index, Optional<ClusterTls> tls) {
        ClusterConfiguration configuration = new ClusterConfiguration(
                "127.0.0.1",
                endpoints.get(index).port(),
                0,
                endpoints,
                Optional.empty(),
                tls,
                Duration.ofSeconds(30),
                Duration.ofSeconds(5));
        Cluster cluster =
                Cluster.join(configuration, MemberFacts.of("member-" + index, List.of(), false), Deployment.options(1));
        joined.add(cluster);
        return cluster;
    }

    private static Future<CheckResponse> ask(Cluster cluster) {
        return new Bus(cluster.vertx()).request(Addresses.STATE_CHECK, CheckRequest.getDefaultInstance());
    }

    @Test
    void whoHasACertificateOfTheAuthorityIsAMember() throws Exception {
        ServerCertificate own =
                new ServerCertificate(folder.resolve("own/certificate.pem"), folder.resolve("own/key.pem"));
        Cluster other = join(1, Optional.of(new ClusterTls(own.certificate(), own.key(), own.certificate())));

        assertEquals(1, Client.await(other.others()).size());
        assertEquals(ANSWER, Client.await(ask(other)));
    }

    @Test
    void whoHasNoneOrAnotherAuthoritysFindsNobody() throws Exception {
        Cluster plain = join(1, Optional.empty());
        Cluster foreign = join(2, tls("foreign"));

        for (Cluster stranger : List.of(plain, foreign)) {
            assertEquals(List.of(), Client.await(stranger.others()));
            assertThrows(Failure.class, () -> Client.await(ask(stranger)));
        }
        assertEquals(List.of(), Client.await(joined.get(0).others()));
    }

    @Test
    void whatIsNoCertificateIsNamed() throws Exception {
        Path text = Files.writeString(folder.resolve("text.pem"), "no certificate");
        Failure refused = assertThrows(Failure.class, () -> join(1, Optional.of(new ClusterTls(text, text, text))));

        assertEquals(
                "cluster.tls_key must be a PEM file of a private key of kind EC, RSA or EdDSA, as PKCS #8",
                refused.getMessage());
    }
}
