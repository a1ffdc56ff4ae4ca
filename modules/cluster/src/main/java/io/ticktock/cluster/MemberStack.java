package io.ticktock.cluster;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jgroups.JChannel;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.MFC;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UFC;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.dns.DNS_PING;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.Protocol;
import org.jgroups.util.DefaultSocketFactory;

/** Membership over TCP, from one address and to those that are named: nothing is multicast, no other port is opened. */
final class MemberStack {

    /** Members of other names do not see each other. It is another one for each way of telling what members serve. */
    static final String CLUSTER_NAME = "ticktock-statements";

    private static final int BEATS_PER_SILENCE = 4;
    private static final Duration LONGEST_JOIN = Duration.ofSeconds(1);
    private static final Duration VERIFICATION = Duration.ofSeconds(1);
    private static final Duration SHORTEST_MERGE = Duration.ofMillis(500);
    private static final Duration LONGEST_MERGE = Duration.ofSeconds(2);

    private MemberStack() {}

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

    /** Not connected yet. */
    static JChannel channel(ClusterConfiguration configuration) {
        requireFree(configuration);
        TCP tcp = new TCP();
        tcp.setBindAddress(configuration.address());
        tcp.setBindPort(configuration.port());
        tcp.setPortRange(0);
        tcp.tcpNodelay(true);
        // A process that is killed closes its connections, and need not be waited for.
        tcp.enableSuspectEvents(true);
        configuration.tls().ifPresent(tls -> tcp.setSocketFactory(sockets(tls.context())));
        long silenceMs = configuration.silence().toMillis();
        FD_ALL3 silence = new FD_ALL3();
        silence.setTimeout(silenceMs);
        silence.setInterval(silenceMs / BEATS_PER_SILENCE);
        try {
            JChannel channel = new JChannel(
                    tcp,
                    discovery(configuration),
                    new MERGE3().setMinInterval(SHORTEST_MERGE.toMillis()).setMaxInterval(LONGEST_MERGE.toMillis()),
                    silence,
                    new VERIFY_SUSPECT2().setTimeout(VERIFICATION.toMillis()),
                    new NAKACK2().useMcastXmit(false),
                    new UNICAST3(),
                    new STABLE(),
                    new GMS().setJoinTimeout(LONGEST_JOIN.toMillis()).printLocalAddress(false),
                    new UFC(),
                    new MFC(),
                    new FRAG4());
            tcp.getDiagnosticsHandler().setEnabled(false);
            return channel;
        } catch (Exception e) {
            throw new IllegalStateException("the members' protocol cannot be set up", e);
        }
    }

    private static Protocol discovery(ClusterConfiguration configuration) {
        if (configuration.dnsName().isPresent()) {
            DNS_PING dns = new DNS_PING();
            dns.setValue("dns_query", configuration.dnsName().get());
            return dns;
        }
        TCPPING list = new TCPPING();
        list.setInitialHosts(
                configuration.members().stream().map(Endpoint::address).toList());
        return list.setPortRange(0);
    }

    /** Both sides show a certificate of the members' authority. */
    private static DefaultSocketFactory sockets(SSLContext context) {
        DefaultSocketFactory sockets = new DefaultSocketFactory(context);
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {ClusterTls.PROTOCOL});
        sockets.setSocketConfigurator(socket -> ((SSLSocket) socket).setSSLParameters(parameters));
        SSLParameters asking = new SSLParameters();
        asking.setProtocols(new String[] {ClusterTls.PROTOCOL});
        asking.setNeedClientAuth(true);
        sockets.setServerSocketConfigurator(server -> ((SSLServerSocket) server).setSSLParameters(asking));
        return sockets;
    }
}
