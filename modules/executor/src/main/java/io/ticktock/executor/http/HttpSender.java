package io.ticktock.executor.http;

import io.ticktock.bus.outside.AddressPolicy;
import io.ticktock.bus.outside.AddressRange;
import io.ticktock.bus.outside.HostResolver;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.PemTrustOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Sends requests to servers outside, within bounds. */
public final class HttpSender {

    private static final int MAX_CONNECTIONS_PER_SERVER = 256;
    private static final int CONNECT_TIMEOUT_MS = 10_000;
    private static final int IDLE_CONNECTION_SECONDS = 30;

    private final HttpClient client;
    private final HostResolver resolver;
    private final AddressPolicy policy;
    private final HttpConfiguration configuration;

    public HttpSender(Vertx vertx, HttpConfiguration configuration, HostResolver resolver) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(CONNECT_TIMEOUT_MS)
                .setKeepAliveTimeout(IDLE_CONNECTION_SECONDS);
        configuration
                .trustedCertificates()
                .ifPresent(pem -> options.setTrustOptions(new PemTrustOptions().addCertPath(pem.toString())));
        this.client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS_PER_SERVER));
        this.resolver = resolver;
        this.policy = new AddressPolicy(configuration.allowedAddresses().stream()
                .map(AddressRange::parse)
                .toList());
        this.configuration = configuration;
    }

    /**
     * The answer, after redirects and whatever its status. Fails with {@link HttpFault}.
     *
     * @param limit how long it may take; empty for what the configuration says
     * @param onCancel told once how to give up
     */
    public Future<HttpReply> send(HttpCall call, Optional<Duration> limit, Consumer<Runnable> onCancel) {
        HttpExchange exchange = new HttpExchange(
                client, resolver, policy, configuration.maxRedirects(), configuration.maxResponseBytes());
        onCancel.accept(exchange::cancel);
        Duration timeout = limit.orElse(configuration.timeout());
        return exchange.send(call)
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .recover(cause -> {
                    exchange.cancel();
                    return Future.failedFuture(
                            cause instanceof HttpFault
                                    ? cause
                                    : new HttpFault(
                                            HttpFault.Kind.TIMED_OUT,
                                            call.described() + " got no answer within " + timeout.toSeconds() + " s",
                                            cause));
                });
    }

    /** Closes its connections. */
    public Future<Void> close() {
        return client.close();
    }
}
