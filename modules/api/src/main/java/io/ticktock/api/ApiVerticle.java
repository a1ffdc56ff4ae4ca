package io.ticktock.api;

import io.micrometer.core.instrument.MeterRegistry;
import io.ticktock.api.access.Authentication;
import io.ticktock.api.access.Authenticator;
import io.ticktock.api.access.TokenCallers;
import io.ticktock.api.delivery.WebhookVerticle;
import io.ticktock.api.event.EventFeed;
import io.ticktock.api.event.FeedBounds;
import io.ticktock.api.grpc.GrpcApi;
import io.ticktock.api.http.HttpApi;
import io.ticktock.api.meter.ApiMeters;
import io.ticktock.api.operation.AuditLog;
import io.ticktock.api.operation.Gate;
import io.ticktock.api.operation.Operations;
import io.ticktock.api.operation.Readiness;
import io.ticktock.api.worker.GatewayBounds;
import io.ticktock.api.worker.WorkerGateway;
import io.ticktock.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Binds the way in to its port: gRPC by its content type, everything else is HTTP. */
public final class ApiVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(ApiVerticle.class);
    private static final int IDLE_S = 120;

    private final Bus bus;
    private final ApiConfiguration configuration;
    private final InstantSource clock;
    private final FeedBounds feedBounds;
    private final IntConsumer listening;
    private final MeterRegistry registry;
    private final ApiMeters meters;
    private final Supplier<String> exposition;
    private WorkerGateway workers;
    private Optional<TokenCallers> tokens = Optional.empty();

    /**
     * @param listening is told the port
     * @param meters where it counts what it does
     * @param exposition what the process counts, in Prometheus's text format
     */
    public ApiVerticle(
            Bus bus,
            ApiConfiguration configuration,
            InstantSource clock,
            FeedBounds feedBounds,
            IntConsumer listening,
            MeterRegistry meters,
            Supplier<String> exposition) {
        this.bus = bus;
        this.configuration = configuration;
        this.clock = clock;
        this.feedBounds = feedBounds;
        this.listening = listening;
        this.registry = meters;
        this.meters = new ApiMeters(meters);
        this.exposition = exposition;
    }

    @Override
    public Future<?> start() {
        if (configuration.authentication() == Authentication.NONE) {
            LOG.warn("requests without a key are an administrator's: everybody on this machine may do everything");
        }
        workers = new WorkerGateway(vertx, bus, "gateway-" + UUID.randomUUID(), GatewayBounds.STANDARD);
        tokens = configuration.tokens().map(from -> new TokenCallers(vertx, bus, from, clock));
        return tokens.map(TokenCallers::start)
                .orElseGet(Future::succeededFuture)
                .compose(read -> workers.start())
                .compose(started ->
                        vertx.deployVerticle(new WebhookVerticle(bus, configuration.webhooks(), clock, registry)))
                .compose(started -> listen());
    }

    /** Workers hear it before their streams end. */
    @Override
    public Future<?> stop() {
        workers.drain();
        return Future.succeededFuture();
    }

    private Future<?> listen() {
        return new HttpPort(configuration.host(), configuration.port(), "api.port")
                .listen(vertx, options(), handler())
                .onSuccess(listening::accept);
    }

    private Handler<HttpServerRequest> handler() {
        AuditLog audit = new AuditLog(bus, clock);
        Gate gate = new Gate(vertx, audit, configuration.limits());
        EventFeed feed = new EventFeed(vertx, bus, feedBounds);
        meters.watch(feed::listeners, workers::connected);
        Operations operations =
                Operations.over(vertx, bus, feed, workers, configuration.limits(), configuration.webhooks());
        Authenticator authenticator = new Authenticator(bus, configuration.authentication(), tokens);
        Handler<HttpServerRequest> http = new HttpApi(
                        operations,
                        authenticator,
                        configuration.authentication(),
                        gate,
                        audit,
                        new Readiness(bus),
                        meters,
                        bus.tracing(),
                        exposition)
                .router(vertx);
        Handler<HttpServerRequest> grpc =
                new GrpcApi(operations, authenticator, gate, audit, workers, meters, bus.tracing()).server(vertx);
        return request -> (GrpcApi.isFor(request) ? grpc : http).handle(request);
    }

    private HttpServerOptions options() {
        HttpServerOptions options =
                HttpPort.options(IDLE_S).setUseAlpn(configuration.tls().isPresent());
        options.getInitialSettings().setMaxHeaderListSize(HttpPort.MOST_HEADER_BYTES);
        configuration
                .tls()
                .ifPresent(tls -> options.setSsl(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .addCertPath(tls.certificate().toString())
                                .addKeyPath(tls.key().toString())));
        return options;
    }
}
