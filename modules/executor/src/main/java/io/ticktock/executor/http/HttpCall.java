package io.ticktock.executor.http;

import com.google.protobuf.ByteString;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One request as it is to be sent.
 *
 * @param method in upper case
 * @param target absolute, http or https
 * @param headers by name in lower case
 * @param body empty for none
 * @param secretHeaders names of those in lower case that no other server gets, whatever they are called
 * @param isSecretBody whether no other server gets the body
 */
public record HttpCall(
        String method,
        URI target,
        Map<String, String> headers,
        ByteString body,
        Set<String> secretHeaders,
        boolean isSecretBody) {

    /** What may follow a redirect to another server; everything else might be a credential. */
    private static final Set<String> HARMLESS = Set.of(
            "accept",
            "accept-charset",
            "accept-encoding",
            "accept-language",
            "content-type",
            "idempotency-key",
            "traceparent",
            "user-agent");

    private static final Set<String> OF_BODY = Set.of("content-type", "content-encoding", "content-language");

    private static final Pattern TOKEN = Pattern.compile("[0-9A-Za-z!#$%&'*+.^_`|~-]+");
    private static final Pattern LINE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]*");

    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    public HttpCall {
        Map<String, String> lowerCase = new LinkedHashMap<>();
        headers.forEach((name, value) -> lowerCase.put(checked(name, value), value));
        headers = lowerCase;
        if (!TOKEN.matcher(method).matches()) {
            throw new HttpFault(HttpFault.Kind.INVALID_REQUEST, "there is no method " + method);
        }
        if (target.getHost() == null || !isHttp(target)) {
            throw new HttpFault(
                    HttpFault.Kind.INVALID_REQUEST, "the url must start with https:// or http:// and name a host");
        }
        if (target.getRawUserInfo() != null) {
            throw new HttpFault(
                    HttpFault.Kind.INVALID_REQUEST,
                    "the url must not hold a user or password; use an Authorization header");
        }
    }

    /** Without secrets. */
    public HttpCall(String method, URI target, Map<String, String> headers, ByteString body) {
        this(method, target, headers, body, Set.of(), false);
    }

    boolean isTls() {
        return "https".equalsIgnoreCase(target.getScheme());
    }

    /** Without the brackets of an IPv6 address. */
    String host() {
        String host = target.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        if (target.getPort() >= 0) {
            return target.getPort();
        }
        return isTls() ? HTTPS_PORT : HTTP_PORT;
    }

    /** Path and query. */
    String pathAndQuery() {
        String path = target.getRawPath() == null || target.getRawPath().isEmpty() ? "/" : target.getRawPath();
        return target.getRawQuery() == null ? path : path + "?" + target.getRawQuery();
    }

    /** For people; without the query, which may hold secrets. */
    public String described() {
        return method + " " + target.getScheme() + "://" + target.getRawAuthority()
                + (target.getRawPath() == null ? "" : target.getRawPath());
    }

    /** The request that follows a redirect. */
    HttpCall redirected(int status, String location) {
        URI next = resolve(location);
        boolean asGet = (status == 303 && !"HEAD".equals(method)) || (status < 303 && "POST".equals(method));
        HttpCall call = asGet
                ? new HttpCall("GET", next, without(OF_BODY), ByteString.EMPTY, secretHeaders, false)
                : new HttpCall(method, next, headers, body, secretHeaders, isSecretBody);
        if (isTls() && !call.isTls()) {
            throw new HttpFault(
                    HttpFault.Kind.REDIRECT_REFUSED,
                    described() + " was redirected from https to http, which is not followed");
        }
        if (sameOrigin(call)) {
            return call;
        }
        if (call.isSecretBody) {
            throw new HttpFault(
                    HttpFault.Kind.REDIRECT_REFUSED,
                    described() + " was redirected to another server, which must not get the secrets in its body");
        }
        return new HttpCall(call.method, next, call.harmless(), call.body);
    }

    private URI resolve(String location) {
        try {
            return target.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new HttpFault(HttpFault.Kind.REDIRECT_REFUSED, described() + " was redirected to what is no url", e);
        }
    }

    private boolean sameOrigin(HttpCall other) {
        return isTls() == other.isTls() && port() == other.port() && host().equalsIgnoreCase(other.host());
    }

    private Map<String, String> harmless() {
        Map<String, String> kept = new LinkedHashMap<>(headers);
        kept.keySet().retainAll(HARMLESS);
        kept.keySet().removeAll(secretHeaders);
        return kept;
    }

    private Map<String, String> without(Set<String> names) {
        Map<String, String> kept = new LinkedHashMap<>(headers);
        kept.keySet().removeAll(names);
        return kept;
    }

    private static String checked(String name, String value) {
        if (!TOKEN.matcher(name).matches() || !LINE.matcher(value).matches()) {
            throw new HttpFault(
                    HttpFault.Kind.INVALID_REQUEST,
                    "the header '" + name + "' or its value has characters that headers cannot have");
        }
        return name.toLowerCase(Locale.ROOT);
    }

    private static boolean isHttp(URI target) {
        return "http".equalsIgnoreCase(target.getScheme()) || "https".equalsIgnoreCase(target.getScheme());
    }
}
