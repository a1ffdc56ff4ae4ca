package io.ticktock.sdk.worker;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Optional;

/** Where a server is. */
public record ServerAddress(boolean tls, String host, int port) {

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int LAST_PORT = 65_535;

    /** Empty for what is no address of a server. */
    public static Optional<ServerAddress> parse(String url) {
        try {
            return of(new URI(url));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static Optional<ServerAddress> of(URI uri) {
        boolean tls = "https".equalsIgnoreCase(uri.getScheme());
        boolean hasScheme = tls || "http".equalsIgnoreCase(uri.getScheme());
        boolean isRoot = uri.getRawPath() == null || uri.getRawPath().matches("/?");
        boolean isPlain = uri.getRawQuery() == null && uri.getRawUserInfo() == null && uri.getRawFragment() == null;
        if (!hasScheme || uri.getHost() == null || !isRoot || !isPlain || uri.getPort() > LAST_PORT) {
            return Optional.empty();
        }
        int usual = tls ? HTTPS_PORT : HTTP_PORT;
        int port = uri.getPort() < 0 ? usual : uri.getPort();
        return Optional.of(new ServerAddress(tls, uri.getHost().replaceAll("[\\[\\]]", ""), port));
    }

    /** Whether what is sent there stays on this machine. */
    public boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        String written = host.contains(":") ? "[" + host + "]" : host;
        return (tls ? "https://" : "http://") + written + ":" + port;
    }
}
