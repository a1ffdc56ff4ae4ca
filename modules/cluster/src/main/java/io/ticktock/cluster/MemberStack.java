package io.ticktock.cluster;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jgroups.JChannel;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.dns.DNS_PING;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.Protocol;
import org.jgroups.util.DefaultSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Membership over TCP, from one address and to those that are named: nothing is multicast, no other port is opened. */
final class MemberStack {

    /**
     * Members of other names do not see each other. It changes only where members could not even tell each other their
     * protocol, and then that goes unsaid.
     */
    static final String CLUSTER_NAME = "ticktock-statements";

    private static final int BEATS_PER_SILENCE = 4;
    private static final Duration LONGEST_JOIN = Duration.ofSeconds(1);
    /** Then it begins alone, and finds the others by and by. */
    private static final int MOST_JOINS = 10;
    /** For all tries, each of which looks for members and then asks one; and as long again for a slow machine. */
    static final Duration JOIN_PATIENCE = LONGEST_JOIN.multipliedBy(4L * MOST_JOINS);

    /** A host that is off does not answer. */
    private static final Duration LONGEST_CONNECT = Duration.ofMillis(500);
    /** A process that stands still does not answer, and one on a busy machine late. */
    private static final Duration LONGEST_HANDSHAKE = Duration.ofSeconds(2);

    private static final Duration VERIFICATION = Duration.ofSeconds(1);
    private static final Duration SHORTEST_MERGE = Duration.ofMillis(250);
    private static final Duration LONGEST_MERGE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(MemberStack.class);

    private MemberStack() {}

    /** Not connected yet. Fails where the port is taken or TLS is not right. */
    static JChannel channel(ClusterConfiguration configuration) {
        requireFree(configuration);
        TCP transport = transport(configuration);
        try {
            JChannel channel = new JChannel(
                    transport,
                    discovery(configuration),
                    new MERGE3().setMinInterval(SHORTEST_MERGE.toMillis()).setMaxInterval(LONGEST_MERGE.toMillis()),
                    silence(configuration),
                    new VERIFY_SUSPECT2().setTimeout(VERIFICATION.toMillis()),
                    new NAKACK2().useMcastXmit(false),
                    new UNICAST3(),
                    new STABLE(),
                    new GMS()
                            .setJoinTimeout(LONGEST_JOIN.toMillis())
                            .setMaxJoinAttempts(MOST_JOINS)
                            .printLocalAddress(false),
                    // No flow control: messages are few, and who sends must not wait for a member that is silent.
                    new FRAG4());
            transport.getDiagnosticsHandler().setEnabled(false);
            return channel;
        } catch (Exception e) {
            throw new IllegalStateException("the members' protocol cannot be set up", e);
        }
    }

    private static TCP transport(ClusterConfiguration configuration) {
        TCP tcp = new TCP();
        tcp.setBindAddress(configuration.address());
        tcp.setBindPort(configuration.port());
        tcp.setPortRange(0);
        tcp.tcpNodelay(true);
        tcp.setSockConnTimeout((int) LONGEST_CONNECT.toMillis());
        // Two members that connect to each other at once end one connection, which is nothing to tell a whole stack of.
        tcp.logDetails(false);
        // A process that is killed ends its connections, and need not be waited for.
        tcp.enableSuspectEvents(true);
        configuration.tls().ifPresent(tls -> tcp.setSocketFactory(sockets(context(tls))));
        return tcp;
    }

    private static SSLContext context(ClusterTls tls) {
        try {
            return tls.context();
        } catch (IllegalArgumentException e) {
            throw new Failure(FailureCode.FAILED_PRECONDITION, e.getMessage(), e);
        }
    }

    private static FD_ALL3 silence(ClusterConfiguration configuration) {
        long silenceMs = configuration.silence().toMillis();
        FD_ALL3 silence = new FD_ALL3();
        silence.setTimeout(silenceMs);
        silence.setInterval(silenceMs / BEATS_PER_SILENCE);
        return silence;
    }

    /** Said here in one line, and not by those who would listen there. */
    private static void requireFree(ClusterConfiguration configuration) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(configuration.address(), configuration.port()));
        } catch (IOException e) {
            throw new Failure(
                    FailureCode.FAILED_PRECONDITION,
                    "cluster.host " + configuration.host() + " and cluster.port " + configuration.port()
                            + " cannot be listened at: " + e.getMessage(),
                    e);
        }
    }

    private static Protocol discovery(ClusterConfiguration configuration) {
        if (configuration.dnsName().isPresent()) {
            DNS_PING dns = new DNS_PING();
            dns.setValue("dns_query", configuration.dnsName().get());
            return dns;
        }
        TCPPING list = new TCPPING();
        list.setInitialHosts(configuration.members().stream()
                .map(Endpoint::address)
                .filter(MemberStack::isKnown)
                .toList());
        return list.setPortRange(0);
    }

    private static boolean isKnown(InetSocketAddress member) {
        if (member.isUnresolved()) {
            LOG.warn(
                    "cluster.members has {}, a name that is not known yet: it is left to that member to find this one",
                    member.getHostString());
        }
        return !member.isUnresolved();
    }

    /** Both sides show a certificate of the members' authority. */
    private static DefaultSocketFactory sockets(SSLContext context) {
        DefaultSocketFactory sockets = new DefaultSocketFactory(context);
        sockets.setSocketConfigurator(socket -> prepare((SSLSocket) socket));
        SSLParameters asking = parameters();
        asking.setNeedClientAuth(true);
        sockets.setServerSocketConfigurator(server -> ((SSLServerSocket) server).setSSLParameters(asking));
        return sockets;
    }

    private static void prepare(SSLSocket socket) {
        socket.setSSLParameters(parameters());
        limitReads(socket, LONGEST_HANDSHAKE);
        // Who says nothing once it is connected is found out by its silence.
        socket.addHandshakeCompletedListener(done -> limitReads(done.getSocket(), Duration.ZERO));
    }

    private static void limitReads(SSLSocket socket, Duration limit) {
        try {
            socket.setSoTimeout((int) limit.toMillis());
        } catch (SocketException e) {
            LOG.debug("a connection ended as soon as it was there: {}", e.getMessage());
        }
    }

    private static SSLParameters parameters() {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {ClusterTls.PROTOCOL});
        return parameters;
    }
}
