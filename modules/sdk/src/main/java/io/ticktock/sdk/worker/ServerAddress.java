package io.ticktock.sdk.worker;

import java.net.URI;
import java.net.URISyntaxException;

/** Where the server is. */
record ServerAddress(boolean tls, String host, int port) {

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** Throws IllegalArgumentException for what is no address of a server. */
    static ServerAddress parse(String url) {
        URI uri = uri(url);
        boolean tls = "https".equals(uri.getScheme());
        boolean rooted = uri.getRawPath() == null
                || uri.getRawPath().isEmpty()
                || uri.getRawPath().equals("/");
        if (!(tls || "http".equals(uri.getScheme()))
                || uri.getHost() == null
                || !rooted
                || uri.getRawQuery() != null
                || uri.getRawUserInfo() != null) {
            throw invalid(url);
        }
        int standard = tls ? HTTPS_PORT : HTTP_PORT;
        return new ServerAddress(
                tls, uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort() < 0 ? standard : uri.getPort());
    }

    @Override
    public String toString() {
        String written = host.contains(":") ? "[" + host + "]" : host;
        return (tls ? "https://" : "http://") + written + ":" + port;
    }

    private static URI uri(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw invalid(url);
        }
    }

    private static IllegalArgumentException invalid(String url) {
        return new IllegalArgumentException(
                "the address of a server is such as http://127.0.0.1:7171 or https://ticktock.example.com, not '" + url
                        + "'");
    }
}
