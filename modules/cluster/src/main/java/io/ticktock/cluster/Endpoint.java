package io.ticktock.cluster;

import java.net.InetSocketAddress;

/** Where a member listens for others. */
public record Endpoint(String host, int port) {

    static final int LARGEST_PORT = 65_535;

    public Endpoint {
        if (host.isEmpty() || port < 1 || port > LARGEST_PORT) {
            throw new IllegalArgumentException("an endpoint must be a host and a port from 1 to " + LARGEST_PORT);
        }
    }

    /** Reads {@code host:port}; an address of IPv6 stands in brackets. */
    public static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        try {
            String host = text.substring(0, Math.max(0, colon));
            return new Endpoint(host.replaceAll("^\\[(.*)]$", "$1"), Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "cluster.members must be a list of host:port, such as 10.0.0.1:7800, not '" + text + "'", e);
        }
    }

    /** Looked up now; unresolved where the name is not known. */
    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }
}
