package io.ticktock.launcher.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that are ended and started again at the same one. Those that a system gives to whoever connects, on Linux
 * 32768 and more, may be taken meanwhile.
 */
public final class ServerPorts {

    private static final int LEAST = 20_000;
    private static final int MOST = 32_000;
    private static final int MOST_TRIES = 1_000;
    /** So that none is given twice before its server listens there. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private ServerPorts() {}

    /** One on loopback. */
    public static int free() {
        return free(InetAddress.getLoopbackAddress().getHostAddress());
    }

    /** One at which nothing listens at that address of this machine. */
    public static int free(String host) {
        for (int tried = 0; tried < MOST_TRIES; tried++) {
            int port = ThreadLocalRandom.current().nextInt(LEAST, MOST);
            if (!GIVEN.contains(port) && isFree(host, port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no port from " + LEAST + " to " + MOST + " is free at " + host);
    }

    private static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, port));
            return true;
        } catch (BindException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
