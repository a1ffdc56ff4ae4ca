package io.ticktock.mcp;

import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import io.ticktock.graph.expression.SecretReference;
import io.ticktock.sdk.running.Secrets;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/** A conversation with a server, from its first words to its end. */
final class Connection {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final Implementation US =
            Implementation.builder("ticktock", "1").build();

    /** The bounds of requests are kept here; those of the SDK only come after them. */
    private static final Duration SDK_MARGIN = Duration.ofMinutes(1);

    /** How long a server that owed an answer may take to say that it is alive. */
    private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(5);

    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** Over HTTP each request that is abandoned may leave its stream open, for as long as the connection is. */
    private static final int MOST_ABANDONED = 32;

    private final ServerConfiguration configuration;
    private final Scheduler scheduler;
    private final Secrets secrets;
    private final TrackedTransport transport;
    private final McpAsyncClient client;
    private final Consumer<Connection> ended;
    private final AtomicReference<String> broken = new AtomicReference<>();
    private final AtomicInteger abandoned = new AtomicInteger();
    /** Completes once it is known whether the server still answers; done while there is no doubt. */
    private volatile CompletableFuture<Void> doubt = CompletableFuture.completedFuture(null);

    private Connection(
            ServerConfiguration configuration, Scheduler scheduler, Secrets secrets, Consumer<Connection> ended) {
        this.configuration = configuration;
        this.scheduler = scheduler;
        this.secrets = secrets;
        this.ended = ended;
        McpJsonMapper json = new PlainJsonMapper();
        FloodGate gate = new FloodGate();
        this.transport = new TrackedTransport(transport(json, gate), gate, this::breakOff);
        this.client = McpClient.async(transport)
                .clientInfo(US)
                .capabilities(ClientCapabilities.builder().build())
                .requestTimeout(configuration.callTimeout().plus(SDK_MARGIN))
                .initializationTimeout(configuration.startTimeout().plus(SDK_MARGIN))
                .jsonSchemaValidator((schema, value) -> ValidationResponse.asValid(null))
                .build();
    }

    /**
     * Starts the server where it is a process, and asks it what it can do. May block.
     *
     * @param ended hears when it is over
     */
    static Mono<Connection> open(
            ServerConfiguration configuration, Scheduler scheduler, Secrets secrets, Consumer<Connection> ended) {
        return Mono.defer(() -> {
            Connection connection = new Connection(configuration, scheduler, secrets, ended);
            return connection
                    .client
                    .initialize()
                    .timeout(configuration.startTimeout())
                    .thenReturn(connection)
                    .doOnCancel(connection::end)
                    .onErrorMap(failure -> {
                        connection.breakOff("it did not say what it can do");
                        LOG.warn(
                                "the server {} did not start: {}",
                                configuration.name(),
                                secrets.redacted(String.valueOf(failure.getMessage())));
                        return McpFailure.passing(
                                "mcp_server_down", "the server " + configuration.name() + " does not start");
                    });
        });
    }

    private McpClientTransport transport(McpJsonMapper json, FloodGate gate) {
        ServerAddress address = configuration.address();
        Map<String, String> values = resolved(address.values());
        if (address instanceof ServerAddress.Command command) {
            return StdioTransport.over(configuration, command, values, secrets::redacted, json, gate, this::breakOff);
        }
        return http((ServerAddress.Endpoint) address, values, json);
    }

    private McpClientTransport http(ServerAddress.Endpoint endpoint, Map<String, String> headers, McpJsonMapper json) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder().timeout(configuration.callTimeout().plus(SDK_MARGIN));
        headers.forEach(request::header);
        URI url = endpoint.url();
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String query = url.getRawQuery() == null ? "" : '?' + url.getRawQuery();
        return HttpClientStreamableHttpTransport.builder(url.getScheme() + "://" + url.getRawAuthority())
                .endpoint(path + query)
                .jsonMapper(json)
                .clientBuilder(HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER))
                .requestBuilder(request)
                .connectTimeout(configuration.startTimeout())
                .maxResponseSize(configuration.maxMessageBytes())
                .build();
    }

    private Map<String, String> resolved(Map<String, String> values) {
        Map<String, String> resolved = new LinkedHashMap<>();
        values.forEach((name, value) -> resolved.put(
                name, SecretReference.name(value).map(secrets::value).orElse(value)));
        return resolved;
    }

    /** Sends a request; its answer must come within the time that the configuration gives. */
    <T> Mono<T> ask(ServerCall call, Function<McpAsyncClient, Mono<T>> request) {
        return request.apply(client)
                .contextWrite(Context.of(ServerCall.KEY, call))
                .timeout(configuration.callTimeout());
    }

    /** Tells the server that the answer is wanted no more, and finds out whether it still answers at all. */
    void abandon(ServerCall call, String reason) {
        call.abandon().ifPresent(id -> {
            abandoned.incrementAndGet();
            // Before anybody else is sent there.
            doubt();
            transport
                    .abandon(id, reason)
                    .subscribeOn(scheduler)
                    .subscribe(done -> {}, failure -> breakOff("it takes no more messages"));
        });
    }

    /** Completes when there is no doubt that the server answers; fails when it does not. */
    CompletableFuture<Void> trusted() {
        return doubt;
    }

    /** Asks it for a sign of life. */
    synchronized void doubt() {
        if (!doubt.isDone()) {
            return;
        }
        CompletableFuture<Void> asked = new CompletableFuture<>();
        doubt = asked;
        ServerCall ping = new ServerCall();
        client.ping()
                .contextWrite(Context.of(ServerCall.KEY, ping))
                .timeout(patience())
                .subscribeOn(scheduler)
                .subscribe(
                        alive -> {},
                        failure -> {
                            breakOff("it does not answer");
                            asked.completeExceptionally(gone());
                        },
                        () -> asked.complete(null));
    }

    /** Ends it, for whatever reason; who waits for an answer hears it at once. */
    void breakOff(String reason) {
        if (!broken.compareAndSet(null, reason)) {
            return;
        }
        LOG.warn("the connection to the server {} is over: {}", configuration.name(), reason);
        transport.serverGone(reason);
        ended.accept(this);
        scheduler.schedule(this::close);
    }

    private Duration patience() {
        return LONGEST_PATIENCE.compareTo(configuration.callTimeout()) < 0
                ? LONGEST_PATIENCE
                : configuration.callTimeout();
    }

    /** Whether another one should take its place, since so much that nobody waits for may still come over it. */
    boolean isWorn() {
        return configuration.address() instanceof ServerAddress.Endpoint && abandoned.get() >= MOST_ABANDONED;
    }

    boolean isBroken() {
        return broken.get() != null;
    }

    Secrets secrets() {
        return secrets;
    }

    McpFailure gone() {
        return McpFailure.passing(
                "mcp_server_died", "the server " + configuration.name() + " is gone: " + broken.get());
    }

    /** Without a word to those who wait. May block for a few seconds. */
    private void close() {
        try {
            transport.closeGracefully().block(FAREWELL.plus(FAREWELL));
        } catch (RuntimeException e) {
            LOG.debug("the server {} did not hear our farewell", configuration.name(), e);
        }
    }

    /** Ends it in good order. May block for a few seconds. */
    void end() {
        if (broken.compareAndSet(null, "it was stopped")) {
            transport.serverGone("it was stopped");
            close();
        }
    }
}
