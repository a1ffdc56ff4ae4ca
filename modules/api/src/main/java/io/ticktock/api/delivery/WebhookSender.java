package io.ticktock.api.delivery;

import io.ticktock.api.webhook.Answer;
import io.ticktock.api.webhook.WebhookConfiguration;
import io.ticktock.api.webhook.WebhookTarget;
import io.ticktock.bus.Deadline;
import io.ticktock.bus.outside.AddressPolicy;
import io.ticktock.bus.outside.RetryAfter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Sends one request to a webhook's server: to an address that was resolved and checked here, never to a name that somebody
 * might resolve differently in between. Redirects are not followed, and what is answered is thrown away.
 */
final class WebhookSender {

    private static final int MOST_CONNECTIONS_PER_SERVER = 64;
    private static final int IDLE_CONNECTION_SECONDS = 15;
    private static final int NAME_THREADS = 16;
    private static final int NAME_THREADS_OF_TENANT = 2;
    private static final int MOST_ANSWER_BYTES = 8 * 1024;

    private final Vertx vertx;
    private final HttpClient client;
    private final WorkerExecutor names;
    private final HostNames hosts;
    private final AddressPolicy policy;
    private final boolean allowHttp;
    private final Duration timeout;

    WebhookSender(Vertx vertx, WebhookConfiguration configuration) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout((int) configuration.timeout().toMillis())
                .setKeepAliveTimeout(IDLE_CONNECTION_SECONDS);
        configuration
                .trustedCertificates()
                .ifPresent(pem -> options.setTrustOptions(new PemTrustOptions().addCertPath(pem.toString())));
        this.vertx = vertx;
        this.client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS_PER_SERVER));
        this.names = vertx.createSharedWorkerExecutor("webhook-names", NAME_THREADS);
        this.hosts = new HostNames(
                host -> names.executeBlocking(() -> List.of(InetAddress.getAllByName(host)), false),
                NAME_THREADS,
                NAME_THREADS_OF_TENANT);
        this.policy = configuration.addresses();
        this.allowHttp = configuration.allowHttp();
        this.timeout = configuration.timeout();
    }

    /** Never fails: that there is no answer is an answer, too. */
    Future<Answer> send(String tenantId, String url, Map<String, String> headers, byte[] body) {
        Promise<HttpClientRequest> begun = Promise.promise();
        Future<Answer> answer = Future.succeededFuture(url)
                .map(text -> WebhookTarget.parse(text, allowHttp))
                .compose(target -> connect(tenantId, target, headers))
                .onSuccess(begun::tryComplete)
                .compose(request -> request.send(Buffer.buffer(body)))
                .map(this::answer);
        return Deadline.within(vertx, timeout, answer).recover(cause -> {
            begun.future().onSuccess(HttpClientRequest::reset);
            return Future.succeededFuture(Answer.none(reason(cause)));
        });
    }

    private Future<HttpClientRequest> connect(String tenantId, WebhookTarget target, Map<String, String> headers) {
        return hosts.resolve(tenantId, target.host()).compose(addresses -> {
            List<InetAddress> allowed =
                    addresses.stream().filter(policy::allows).toList();
            return allowed.isEmpty()
                    ? Future.failedFuture(new SecurityException("not a public address"))
                    : connect(target, headers, allowed, 0);
        });
    }

    /** To the first address that takes the connection; nothing has been sent before one does. */
    private Future<HttpClientRequest> connect(
            WebhookTarget target, Map<String, String> headers, List<InetAddress> addresses, int index) {
        RequestOptions options = new RequestOptions()
                .setServer(SocketAddress.inetSocketAddress(
                        target.port(), addresses.get(index).getHostAddress()))
                .setHost(target.host())
                .setPort(target.port())
                .setSsl(target.isTls())
                .setMethod(HttpMethod.POST)
                .setURI(target.pathAndQuery())
                .setFollowRedirects(false);
        headers.forEach(options::putHeader);
        Future<HttpClientRequest> request = client.request(options);
        return index + 1 == addresses.size()
                ? request
                : request.recover(cause -> connect(target, headers, addresses, index + 1));
    }

    /** Its head is what counts; the connection can be used again when the rest is short and comes soon. */
    private Answer answer(HttpClientResponse response) {
        long giveUp =
                vertx.setTimer(timeout.toMillis(), fired -> response.request().reset());
        int[] bytes = new int[1];
        response.exceptionHandler(broken -> vertx.cancelTimer(giveUp));
        response.endHandler(ended -> vertx.cancelTimer(giveUp));
        response.handler(chunk -> {
            bytes[0] += chunk.length();
            if (bytes[0] > MOST_ANSWER_BYTES) {
                response.request().reset();
            }
        });
        Optional<Duration> retryAfter = Optional.ofNullable(response.getHeader("Retry-After"))
                .flatMap(text -> RetryAfter.parse(text, Instant.now()));
        return new Answer(response.statusCode(), "", retryAfter);
    }

    /** A word for people that tells nothing of the network here. */
    private static String reason(Throwable cause) {
        if (cause instanceof SecurityException) {
            return "the host is not at a public address";
        }
        if (cause instanceof UnknownHostException) {
            return "the host is not known";
        }
        if (cause instanceof SSLException || cause.getCause() instanceof SSLException) {
            return "no secure connection: the certificate is not trusted, or another host's";
        }
        if (cause instanceof TimeoutException) {
            return "no answer in time";
        }
        return cause instanceof IllegalArgumentException ? cause.getMessage() : "no connection, or it broke";
    }

    /** Closes its connections. */
    Future<Void> close() {
        return client.close().eventually(names::close);
    }
}
