package io.ticktock.launcher.remote;

import com.google.protobuf.Message;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.ReadBlobResponse;
import io.ticktock.proto.v1.WatchLifetimeRequest;
import io.ticktock.proto.v1.WatchLifetimeResponse;
import io.ticktock.sdk.worker.ServerAddress;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to a server. All that is asked goes through one event loop, and so is heard from its first byte on. */
public final class ServerConnection {

    private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);

    private static final int CONNECT_MS = 5_000;
    /** A page of history is as large as this at most, by far. */
    private static final long MOST_MESSAGE_BYTES = 64L << 20;

    private static final int WINDOW_BYTES = 4 << 20;
    private static final int MOST_CERTIFICATE_BYTES = 1 << 20;
    /** What the way to and from the server may take, beside the work itself. */
    private static final Duration ON_THE_WAY = Duration.ofSeconds(5);
    /** A connection without a word for two minutes is given up by the server. */
    private static final long PING_EVERY_MS = 30_000;

    private static final int PING_BYTES = 8;

    private final ServerAccess access;
    private final Vertx vertx;
    private final Context context;
    private final GrpcClient client;
    private final BlobRanges blobs;
    private final ServerFailures failures;

    public ServerConnection(Vertx vertx, ServerAccess access) {
        this.access = access;
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.failures = new ServerFailures(access);
        HttpClientOptions options = options(access);
        this.client = GrpcClient.client(vertx, new GrpcClientOptions().setMaxMessageSize(MOST_MESSAGE_BYTES), options);
        HttpClient http = vertx.createHttpClient(options);
        this.blobs = new BlobRanges(http, access, failures);
    }

    /** Fails with what the server says, or with why it cannot be asked. */
    public <Q extends Message, R extends Message> Future<R> request(Q request, Class<R> reply, Duration atMost) {
        return onLoop(() -> call(request, reply, atMost.plus(ON_THE_WAY)));
    }

    /** Part of a blob: what is behind its end is left out. */
    public Future<ReadBlobResponse> read(ReadBlobRequest request) {
        return onLoop(() -> blobs.read(request));
    }

    /** Runs it with each event of the lifetime, as long as that can be heard. */
    public void watch(String lifetimeId, Runnable hint) {
        WatchLifetimeRequest request =
                WatchLifetimeRequest.newBuilder().setLifetimeId(lifetimeId).build();
        onLoop(() -> client.request(RpcTable.rpcOf(request, WatchLifetimeResponse.class))
                        .compose(call -> {
                            authorize(call);
                            call.end(request);
                            return call.response();
                        })
                        .map(response -> response.handler(event -> hint.run())
                                .exceptionHandler(cause -> LOG.debug("the events of a lifetime end", cause))))
                .onFailure(cause -> LOG.debug("the events of a lifetime cannot be heard", cause));
    }

    public Future<Void> close() {
        return Future.join(client.close(), blobs.close()).mapEmpty();
    }

    private <T> Future<T> onLoop(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(turn -> work.get().onComplete(done));
        return done.future();
    }

    private <Q extends Message, R extends Message> Future<R> call(Q request, Class<R> reply, Duration atMost) {
        return client.request(RpcTable.rpcOf(request, reply))
                .compose(call -> {
                    authorize(call);
                    call.timeout(atMost.toMillis(), TimeUnit.MILLISECONDS);
                    call.end(request);
                    return pinging(call.connection(), call.response().compose(response -> answer(response, request)));
                })
                .timeout(atMost.toMillis(), TimeUnit.MILLISECONDS)
                .recover(cause -> Future.failedFuture(failures.of(cause)));
    }

    private void authorize(GrpcClientRequest<?, ?> call) {
        access.key().ifPresent(key -> call.headers().set("authorization", "Bearer " + key));
    }

    /** So that the server does not give up a connection on which nothing but its own answer is awaited. */
    private <R> Future<R> pinging(HttpConnection connection, Future<R> answer) {
        long timer = vertx.setPeriodic(
                PING_EVERY_MS,
                due -> connection
                        .ping(Buffer.buffer(new byte[PING_BYTES]))
                        .onFailure(cause -> LOG.debug("the server does not answer a ping", cause)));
        return answer.onComplete(answered -> vertx.cancelTimer(timer));
    }

    private <R extends Message> Future<R> answer(GrpcClientResponse<? extends Message, R> response, Message request) {
        Promise<R> answered = Promise.promise();
        response.handler(answered::tryComplete);
        response.exceptionHandler(answered::tryFail);
        response.endHandler(ended -> answered.tryFail(
                response.status() == null || response.status() == GrpcStatus.OK
                        ? new Failure(FailureCode.INTERNAL, access + " answered nothing")
                        : failures.of(response.status(), response.statusMessage(), request)));
        return answered.future();
    }

    private static HttpClientOptions options(ServerAccess access) {
        ServerAddress address = access.address();
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setDefaultHost(address.host())
                .setDefaultPort(address.port())
                .setConnectTimeout(CONNECT_MS)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(WINDOW_BYTES))
                .setHttp2ConnectionWindowSize(WINDOW_BYTES)
                .setSsl(address.tls())
                .setUseAlpn(address.tls());
        access.certificate()
                .ifPresent(file ->
                        options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(content(file)))));
        return options;
    }

    private static byte[] content(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MOST_CERTIFICATE_BYTES) {
                throw new Failure(
                        FailureCode.INVALID_ARGUMENT, "--server-certificate: " + file + " must be a PEM file");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new Failure(FailureCode.INVALID_ARGUMENT, "--server-certificate: " + file + " cannot be read", e);
        }
    }
}
