package io.ticktock.sdk.worker;

import io.ticktock.sdk.running.HandlerThreads;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that runs Tasks for a server: {@code Worker.connect("http://127.0.0.1:7171").task("acme.search",
 * handler).start()}. It keeps itself connected until it is drained or closed, or the server refuses it. Thread-safe.
 */
public final class Worker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    /** Twice what servers send, so that no attempt is too large to be given out. */
    private static final int MOST_MESSAGE_BYTES = 8 << 20;

    private static final int WINDOW_BYTES = 1 << 20;
    private static final int CONNECTION_WINDOW_BYTES = 4 << 20;
    private static final int CONNECT_MS = 5_000;

    private final Vertx vertx;
    private final Context context;
    private final HandlerThreads threads;
    private final ServerLink link;
    private final CompletableFuture<Void> ended;

    Worker(WorkerSettings settings) {
        BlobReader blobs = new BlobReader(settings.server(), settings.credential(), settings.trusted());
        HttpClientOptions http = http(settings);
        this.vertx = vertx();
        this.context = vertx.getOrCreateContext();
        // Handlers that do not heed a cancel keep their thread for a while, and others wait for it.
        this.threads = new HandlerThreads(settings.threads(), 2 * settings.capacity());
        GrpcClient client =
                GrpcClient.client(vertx, new GrpcClientOptions().setMaxMessageSize(MOST_MESSAGE_BYTES), http);
        TaskRunner runner = new TaskRunner(settings.handlers(), threads, blobs);
        this.link = new ServerLink(vertx, context, client, settings, runner);
        this.ended = link.ended().toCompletableFuture();
        link.ended().whenComplete((nothing, refused) -> release(refused));
        context.runOnContext(turn -> link.start());
    }

    /**
     * A worker for the server at this address, such as {@code http://127.0.0.1:7171}. Throws IllegalArgumentException for what
     * is no address of a server.
     */
    public static WorkerBuilder connect(String url) {
        return new WorkerBuilder(ServerAddress.parse(url)
                .orElseThrow(() -> new IllegalArgumentException("the address of a server is such as"
                        + " http://127.0.0.1:7171 or https://ticktock.example.com, not '" + url + "'")));
    }

    /**
     * Completes when the server has taken the worker in, and fails with {@link WorkerRefused} when it refuses it; a worker
     * that is closed before leaves it open.
     */
    public CompletionStage<Void> connected() {
        return link.connected();
    }

    /** Waits until the worker has ended. Throws {@link WorkerRefused} when that is why. */
    public void await() throws InterruptedException {
        try {
            ended.get();
        } catch (ExecutionException e) {
            throw refusal(e);
        }
    }

    /**
     * Takes nothing more, lets what is in hand go on, and ends when the last completion is acknowledged; after this long
     * it ends anyway, and what it still has is given to others.
     *
     * @return whether everything was acknowledged
     */
    public boolean drain(Duration atMost) throws InterruptedException {
        context.runOnContext(turn -> link.drain());
        try {
            ended.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            close();
            return false;
        } catch (ExecutionException e) {
            throw refusal(e);
        }
    }

    /** Ends at once: handlers are interrupted, and what is in hand is given to others before long. */
    @Override
    public void close() {
        if (ended.isDone()) {
            return;
        }
        context.runOnContext(turn -> link.close());
    }

    private void release(Throwable refused) {
        if (refused != null) {
            LOG.error(refused.getMessage());
        }
        threads.close();
        vertx.close().onFailure(cause -> LOG.warn("the worker's connections could not be closed", cause));
    }

    private static WorkerRefused refusal(ExecutionException failed) {
        if (failed.getCause() instanceof WorkerRefused refused) {
            return new WorkerRefused(refused.getMessage());
        }
        throw new IllegalStateException("the worker failed", failed.getCause());
    }

    private static Vertx vertx() {
        return Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
    }

    private static HttpClientOptions http(WorkerSettings settings) {
        HttpClientOptions http = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setDefaultHost(settings.server().host())
                .setDefaultPort(settings.server().port())
                .setConnectTimeout(CONNECT_MS)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(WINDOW_BYTES))
                .setHttp2ConnectionWindowSize(CONNECTION_WINDOW_BYTES)
                .setSsl(settings.server().tls())
                .setUseAlpn(settings.server().tls());
        settings.trusted()
                .ifPresent(pem -> http.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(read(pem)))));
        return http;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("the certificates cannot be read from " + file, e);
        }
    }
}
