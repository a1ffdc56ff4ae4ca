package io.ticktock.executor.http;

import com.google.protobuf.ByteString;
import io.ticktock.bus.outside.AddressPolicy;
import io.ticktock.bus.outside.HostResolver;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLException;

/**
 * One request with its redirects. Every hop is sent to an address that was resolved and checked here, never to a name
 * that somebody might resolve differently in between.
 */
final class HttpExchange {

    private final HttpClient client;
    private final HostResolver resolver;
    private final AddressPolicy policy;
    private final int maxRedirects;
    private final int maxResponseBytes;

    private HttpClientRequest current;
    private boolean cancelled;

    HttpExchange(
            HttpClient client, HostResolver resolver, AddressPolicy policy, int maxRedirects, int maxResponseBytes) {
        this.client = client;
        this.resolver = resolver;
        this.policy = policy;
        this.maxRedirects = maxRedirects;
        this.maxResponseBytes = maxResponseBytes;
    }

    /** The final answer, whatever its status; fails with {@link HttpFault}. */
    Future<HttpReply> send(HttpCall call) {
        return follow(call, maxRedirects);
    }

    /** Gives up; the connection in use is closed. */
    synchronized void cancel() {
        cancelled = true;
        if (current != null) {
            current.reset();
        }
    }

    private Future<HttpReply> follow(HttpCall call, int redirectsLeft) {
        return sendOnce(call).compose(reply -> {
            if (!reply.isRedirect()) {
                return Future.succeededFuture(reply);
            }
            if (redirectsLeft == 0) {
                return Future.failedFuture(new HttpFault(
                        HttpFault.Kind.REDIRECT_REFUSED,
                        call.described() + " was redirected again, after " + maxRedirects + " redirects"));
            }
            return follow(call.redirected(reply.status(), reply.headers().get("location")), redirectsLeft - 1);
        });
    }

    private Future<HttpReply> sendOnce(HttpCall call) {
        return addresses(call)
                .compose(addresses -> connect(call, addresses, 0))
                .compose(request -> send(call, request))
                .recover(cause -> Future.failedFuture(fault(call, cause)));
    }

    private Future<List<InetAddress>> addresses(HttpCall call) {
        return resolver.resolve(call.host()).compose(all -> {
            List<InetAddress> allowed = all.stream().filter(policy::allows).toList();
            return allowed.isEmpty()
                    ? Future.failedFuture(new HttpFault(
                            HttpFault.Kind.ADDRESS_REFUSED,
                            call.host() + " is not at a public address; only what executor.http.allowed_addresses"
                                    + " lists may be reached besides"))
                    : Future.succeededFuture(allowed);
        });
    }

    /** To the first address that takes the connection; nothing has been sent before one does. */
    private Future<HttpClientRequest> connect(HttpCall call, List<InetAddress> addresses, int index) {
        RequestOptions options = new RequestOptions()
                .setServer(SocketAddress.inetSocketAddress(
                        call.port(), addresses.get(index).getHostAddress()))
                .setHost(call.host())
                .setPort(call.port())
                .setSsl(call.isTls())
                .setMethod(HttpMethod.valueOf(call.method()))
                .setURI(call.pathAndQuery())
                .setFollowRedirects(false);
        call.headers().forEach(options::putHeader);
        Future<HttpClientRequest> request = client.request(options);
        return index + 1 == addresses.size() ? request : request.recover(cause -> connect(call, addresses, index + 1));
    }

    private Future<HttpReply> send(HttpCall call, HttpClientRequest request) {
        synchronized (this) {
            if (cancelled) {
                request.reset();
                return Future.failedFuture(new HttpFault(HttpFault.Kind.TIMED_OUT, call.described() + " was given up"));
            }
            current = request;
        }
        Promise<HttpReply> reply = Promise.promise();
        request.response()
                .onSuccess(response -> read(call, request, response, reply))
                .onFailure(reply::tryFail);
        Future<Void> sent = call.body().isEmpty()
                ? request.end()
                : request.end(Buffer.buffer(call.body().toByteArray()));
        return sent.compose(done -> reply.future());
    }

    private void read(HttpCall call, HttpClientRequest request, HttpClientResponse response, Promise<HttpReply> reply) {
        Buffer body = Buffer.buffer();
        response.exceptionHandler(reply::tryFail);
        response.handler(chunk -> {
            if (body.length() + chunk.length() > maxResponseBytes) {
                reply.tryFail(new HttpFault(
                        HttpFault.Kind.RESPONSE_TOO_LARGE,
                        call.described() + " answered with more than the " + maxResponseBytes
                                + " bytes that are taken in"));
                request.reset();
            } else {
                body.appendBuffer(chunk);
            }
        });
        response.endHandler(end -> reply.tryComplete(
                new HttpReply(response.statusCode(), headers(response), ByteString.copyFrom(body.getBytes()))));
    }

    private static Map<String, String> headers(HttpClientResponse response) {
        Map<String, String> headers = new LinkedHashMap<>();
        response.headers()
                .forEach((name, value) ->
                        headers.merge(name.toLowerCase(Locale.ROOT), value, (first, next) -> first + ", " + next));
        return headers;
    }

    private static HttpFault fault(HttpCall call, Throwable cause) {
        if (cause instanceof HttpFault fault) {
            return fault;
        }
        if (cause instanceof UnknownHostException) {
            return new HttpFault(HttpFault.Kind.UNKNOWN_HOST, "the host " + call.host() + " is not known", cause);
        }
        if (cause instanceof SSLException || cause.getCause() instanceof SSLException) {
            return new HttpFault(
                    HttpFault.Kind.TLS_FAILED,
                    "no secure connection to " + call.host() + ": " + cause.getMessage(),
                    cause);
        }
        return new HttpFault(
                HttpFault.Kind.CONNECTION_FAILED, call.described() + " failed: " + cause.getMessage(), cause);
    }
}
