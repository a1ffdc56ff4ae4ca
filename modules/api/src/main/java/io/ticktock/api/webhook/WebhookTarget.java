package io.ticktock.api.webhook;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where a webhook leads.
 *
 * @param host without the brackets of an IPv6 address
 * @param pathAndQuery begins with a slash
 */
public record WebhookTarget(boolean isTls, String host, int port, String pathAndQuery) {

    private static final int LONGEST = 2_048;
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;
    private static final int LARGEST_PORT = 65_535;

    /**
     * Throws IllegalArgumentException, with what would be right. Which addresses the host has is another matter: it is
     * looked at whenever something is sent.
     */
    public static WebhookTarget parse(String url, boolean allowHttp) {
        if (url.length() > LONGEST) {
            throw wrong("must have at most " + LONGEST + " characters");
        }
        URI uri = uri(url);
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean isTls = scheme.equals("https");
        if (!isTls && !(allowHttp && scheme.equals("http"))) {
            throw wrong("must begin with https://");
        }
        if (uri.getHost() == null || uri.getHost().isEmpty()) {
            throw wrong("must name a host, such as https://example.com/hook");
        }
        if (uri.getRawUserInfo() != null) {
            throw wrong("must not hold a user or password; signatures tell who sends");
        }
        if (uri.getRawFragment() != null) {
            throw wrong("must not have a fragment");
        }
        return new WebhookTarget(isTls, host(uri), port(uri, isTls), pathAndQuery(uri));
    }

    private static URI uri(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw (IllegalArgumentException)
                    wrong("must be a URL such as https://example.com/hook").initCause(e);
        }
    }

    private static String host(URI uri) {
        String host = uri.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static int port(URI uri, boolean isTls) {
        if (uri.getPort() < 0) {
            return isTls ? HTTPS_PORT : HTTP_PORT;
        }
        if (uri.getPort() == 0 || uri.getPort() > LARGEST_PORT) {
            throw wrong("must have a port of 1 to " + LARGEST_PORT);
        }
        return uri.getPort();
    }

    private static String pathAndQuery(URI uri) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("url " + what);
    }
}
