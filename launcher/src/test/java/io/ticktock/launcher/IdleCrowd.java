package io.ticktock.launcher;

import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ConnectResponse;
import io.ticktock.proto.v1.WorkerHello;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** Workers for whom there is nothing, a hundred on each connection, and listeners to whom nothing happens, one on each. */
final class IdleCrowd implements AutoCloseable {

    /** As many streams as a connection of HTTP/2 takes. */
    private static final int STREAMS_OF_CONNECTION = 100;
    /** Who is on the way in, so that nobody has to wait for a place in a queue of the system's. */
    private static final int MOST_COMING = 100;

    private static final long LONGEST_S = 60;

    private static final ServiceMethod<ConnectResponse, ConnectRequest> CONNECT = ServiceMethod.client(
            ServiceName.create("ticktock.v1.WorkerService"),
            "Connect",
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(ConnectResponse.getDefaultInstance()));

    private final Vertx vertx = Vertx.vertx();
    private final URI server;
    private final String key;
    private final List<GrpcClient> connections = new ArrayList<>();
    private final HttpClient listeners;
    private final AtomicInteger lost = new AtomicInteger();

    IdleCrowd(URI server, String key, int size) {
        this.server = server;
        this.key = key;
        this.listeners = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(size));
        for (int streams = 0; streams < size; streams += STREAMS_OF_CONNECTION) {
            connections.add(GrpcClient.client(vertx));
        }
    }

    /** Returns once all have been welcomed. */
    void connectWorkers(int count) {
        come(count, this::connectWorker);
    }

    /** Returns once all listen to this lifetime. */
    void listen(int count, String lifetime) {
        come(count, number -> listen(lifetime));
    }

    /** How many have lost their stream, or been told of what is wrong. */
    int lost() {
        return lost.get();
    }

    private static void come(int count, IntFunction<Future<?>> arrival) {
        for (int first = 0; first < count; first += MOST_COMING) {
            List<Future<?>> coming = new ArrayList<>();
            for (int number = first; number < Math.min(count, first + MOST_COMING); number++) {
                coming.add(arrival.apply(number).timeout(LONGEST_S, TimeUnit.SECONDS));
            }
            Client.await(Future.all(coming));
        }
    }

    private Future<Void> connectWorker(int number) {
        Promise<Void> welcomed = Promise.promise();
        connections
                .get(number / STREAMS_OF_CONNECTION)
                .request(SocketAddress.inetSocketAddress(server.getPort(), server.getHost()), CONNECT)
                .compose(stream -> {
                    stream.headers().set("authorization", "Bearer " + key);
                    stream.write(ConnectRequest.newBuilder()
                                    .setHello(WorkerHello.newBuilder()
                                            .setWorkerId("idle-" + number)
                                            .addTaskTypes("acme.idle" + number % 10)
                                            .setCapacity(1))
                                    .build())
                            .onFailure(welcomed::tryFail);
                    return stream.response();
                })
                .onFailure(welcomed::tryFail)
                .onSuccess(response -> response.handler(message -> welcomed.tryComplete())
                        .exceptionHandler(cause -> lost.incrementAndGet())
                        .endHandler(end -> {
                            lost.incrementAndGet();
                            welcomed.tryFail(response.status() + ": " + response.statusMessage());
                        }));
        return welcomed.future();
    }

    private Future<Void> listen(String lifetime) {
        RequestOptions events = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(server.getHost())
                .setPort(server.getPort())
                .setURI(lifetime + "/events")
                .putHeader("Authorization", "Bearer " + key);
        return listeners.request(events).compose(HttpClientRequest::send).compose(this::hear);
    }

    private Future<Void> hear(HttpClientResponse response) {
        if (response.statusCode() != 200) {
            return Future.failedFuture("a listener got " + response.statusCode());
        }
        response.handler(event -> {})
                .exceptionHandler(cause -> lost.incrementAndGet())
                .endHandler(end -> lost.incrementAndGet());
        return Future.succeededFuture();
    }

    @Override
    public void close() {
        Client.await(vertx.close());
    }
}
