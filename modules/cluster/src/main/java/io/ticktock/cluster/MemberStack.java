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
import org.infinispan.configuration.cache.CacheMode;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.configuration.global.GlobalConfigurationBuilder;
import org.infinispan.configuration.global.ShutdownHookBehavior;
import org.infinispan.manager.DefaultCacheManager;
import org.infinispan.remoting.transport.jgroups.JGroupsTransport;
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

    private static final String CLUSTER_NAME = "ticktock";
    private static final int BEATS_PER_SILENCE = 4;
    private static final Duration LONGEST_JOIN = Duration.ofSeconds(1);
    /** For what the members know, which is little, to come to one that joins. */
    private static final Duration STATE_PATIENCE = Duration.ofSeconds(15);

    private static final Duration VERIFICATION = Duration.ofSeconds(1);
    private static final Duration LOST_ANSWER = Duration.ofSeconds(1);
    /** The patience with what they know may not be less, so this cannot be more. */
    private static final Duration LONGEST_ANSWER = STATE_PATIENCE;

    private static final Duration LONGEST_QUEUE = Duration.ofSeconds(10);
    private static final Duration SHORTEST_MERGE = Duration.ofSeconds(1);
    private static final Duration LONGEST_MERGE = Duration.ofSeconds(4);

    private MemberStack() {}

    /** What holds the members and what they serve, started. Blocks. */
    static DefaultCacheManager start(ClusterConfiguration configuration) {
        requireFree(configuration);
        GlobalConfigurationBuilder global = GlobalConfigurationBuilder.defaultClusteredBuilder();
        global.transport()
                .transport(new JGroupsTransport(channel(configuration)))
                .clusterName(CLUSTER_NAME);
        global.jmx().disable();
        global.shutdown().hookBehavior(ShutdownHookBehavior.DONT_REGISTER);
        DefaultCacheManager caches = new DefaultCacheManager(global.build(), false);
        for (String name : new String[] {"__vertx.subs", "__vertx.haInfo", "__vertx.nodeInfo"}) {
            caches.defineConfiguration(
                    name,
                    new ConfigurationBuilder()
                            .clustering()
                            .cacheMode(CacheMode.REPL_SYNC)
                            .remoteTimeout(answerPatience(configuration).toMillis())
                            .locking()
                            .lockAcquisitionTimeout(shorter(configuration.silence(), LONGEST_QUEUE)
                                    .toMillis())
                            .clustering()
                            .stateTransfer()
                            .timeout(STATE_PATIENCE.toMillis())
                            .build());
        }
        try {
            caches.start();
            return caches;
        } catch (RuntimeException e) {
            caches.stop();
            throw new Failure(
                    FailureCode.UNAVAILABLE,
                    "the cluster cannot be joined from cluster.host " + configuration.host() + " and cluster.port "
                            + configuration.port() + ": " + root(e).getMessage(),
                    e);
        }
    }

    /**
     * How long members wait for each other's answers. One that is silent counts as gone before that, which ends the wait. What
     * is left are answers that got lost while two members did not agree on who is there: all that asks about the same address
     * waits behind them.
     */
    private static Duration answerPatience(ClusterConfiguration configuration) {
        Duration gone = configuration.silence().plus(VERIFICATION);
        return shorter(gone.plus(LOST_ANSWER), LONGEST_ANSWER);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
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

    private static Throwable root(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static JChannel channel(ClusterConfiguration configuration) {
        TCP tcp = new TCP();
        tcp.setBindAddress(configuration.address());
        tcp.setBindPort(configuration.port());
        tcp.setPortRange(0);
        tcp.tcpNodelay(true);
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
