package io.ticktock.api.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.api.ApiLimits;
import io.ticktock.api.access.Authentication;
import io.ticktock.api.access.Authenticator;
import io.ticktock.api.event.EventFeed;
import io.ticktock.api.event.FeedBounds;
import io.ticktock.api.meter.ApiMeters;
import io.ticktock.api.operation.AuditLog;
import io.ticktock.api.operation.Gate;
import io.ticktock.api.operation.Operations;
import io.ticktock.api.webhook.WebhookConfiguration;
import io.ticktock.api.worker.GatewayBounds;
import io.ticktock.api.worker.WorkerGateway;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.proto.v1.AppendAuditResponse;
import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ConnectResponse;
import io.ticktock.proto.v1.WorkerDrain;
import io.ticktock.proto.v1.WorkerHello;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A worker's stream on a real port: how it begins, and that it ends whenever the worker ends it. */
class WorkerRpcTest {

    private static final int PATIENCE_S = 20;
    private static final int DELAY_MS = 100;
    private static final ServiceMethod<ConnectResponse, ConnectRequest> CONNECT = ServiceMethod.client(
            ServiceName.create("ticktock.v1.WorkerService"),
            "Connect",
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(ConnectResponse.getDefaultInstance()));

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final WayIn wayIn = new WayIn();
    private final List<ConnectResponse> heard = new CopyOnWriteArrayList<>();
    private volatile int auditDelayMs;
    private GrpcClient client;

    private final class WayIn extends VerticleBase {

        private WorkerGateway gateway;
        private HttpServer server;

        @Override
        public Future<?> start() {
            gateway = new WorkerGateway(vertx, bus, "gateway", GatewayBounds.STANDARD);
            AuditLog audit = new AuditLog(bus, InstantSource.system());
            GrpcApi grpc = new GrpcApi(
                    Operations.over(
                            vertx,
                            bus,
                            new EventFeed(vertx, bus, FeedBounds.STANDARD),
                            gateway,
                            ApiLimits.standard(),
                            WebhookConfiguration.standard()),
                    new Authenticator(bus, Authentication.NONE, Optional.empty()),
                    new Gate(vertx, audit, ApiLimits.standard()),
                    audit,
                    gateway,
                    new ApiMeters(new SimpleMeterRegistry()),
                    Tracing.OFF);
            return gateway.start()
                    .compose(started -> vertx.createHttpServer()
                            .requestHandler(grpc.server(vertx))
                            .listen(0, "127.0.0.1"))
                    .onSuccess(listening -> server = listening);
        }
    }

    @BeforeEach
    void start() {
        Awaiting.result(bus.serve(
                Addresses.STATE_APPEND_AUDIT,
                request -> vertx.timer(Math.max(1, auditDelayMs)).map(AppendAuditResponse.getDefaultInstance())));
        Awaiting.result(vertx.deployVerticle(wayIn));
        client = GrpcClient.client(vertx);
    }

    @AfterEach
    void close() {
        Awaiting.result(vertx.close());
    }

    @Test
    void itEndsWhenItsWorkerEndsIt() {
        GrpcClientRequest<ConnectRequest, ConnectResponse> call = call();
        Future<GrpcStatus> ended = ended(call);
        Awaiting.result(call.write(hello("w")));
        awaitHeard(1);
        assertTrue(heard.get(0).hasWelcome());
        Awaiting.result(call.end());
        assertEquals(GrpcStatus.OK, Awaiting.result(ended));
        assertEquals(0, connected());
    }

    @Test
    void itEndsWhenItsWorkerHasEndedItBeforeItWasTakenIn() {
        for (int i = 0; i < 20; i++) {
            auditDelayMs = i % 2 == 0 ? DELAY_MS : 0;
            GrpcClientRequest<ConnectRequest, ConnectResponse> call = call();
            Future<GrpcStatus> ended = ended(call);
            Awaiting.result(call.end(hello("w" + i)));
            assertEquals(GrpcStatus.OK, Awaiting.result(ended));
        }
        assertEquals(0, connected());
    }

    @Test
    void whatComesRightBehindTheHelloIsHeard() {
        auditDelayMs = DELAY_MS;
        GrpcClientRequest<ConnectRequest, ConnectResponse> call = call();
        Future<GrpcStatus> ended = ended(call);
        call.write(hello("w"));
        call.write(ConnectRequest.newBuilder()
                .setDrain(WorkerDrain.getDefaultInstance())
                .build());
        call.end(hello("w"));
        assertEquals(GrpcStatus.INVALID_ARGUMENT, Awaiting.result(ended), "a second hello");
    }

    @Test
    void itBeginsWithAHello() {
        for (ConnectRequest first : List.of(
                ConnectRequest.getDefaultInstance(),
                ConnectRequest.newBuilder()
                        .setDrain(WorkerDrain.getDefaultInstance())
                        .build(),
                hello("not an id"))) {
            GrpcClientRequest<ConnectRequest, ConnectResponse> call = call();
            Future<GrpcStatus> ended = ended(call);
            Awaiting.result(call.write(first));
            assertEquals(GrpcStatus.INVALID_ARGUMENT, Awaiting.result(ended));
        }
        GrpcClientRequest<ConnectRequest, ConnectResponse> empty = call();
        Future<GrpcStatus> ended = ended(empty);
        Awaiting.result(empty.end());
        assertEquals(GrpcStatus.INVALID_ARGUMENT, Awaiting.result(ended));
    }

    private GrpcClientRequest<ConnectRequest, ConnectResponse> call() {
        return Awaiting.result(
                client.request(SocketAddress.inetSocketAddress(wayIn.server.actualPort(), "127.0.0.1"), CONNECT));
    }

    private static ConnectRequest hello(String workerId) {
        return ConnectRequest.newBuilder()
                .setHello(WorkerHello.newBuilder()
                        .setWorkerId(workerId)
                        .addTaskTypes("acme.work")
                        .setCapacity(1))
                .build();
    }

    private Future<GrpcStatus> ended(GrpcClientRequest<ConnectRequest, ConnectResponse> call) {
        Promise<GrpcStatus> ended = Promise.promise();
        call.response().onFailure(ended::tryFail).onSuccess(response -> {
            response.handler(heard::add);
            response.exceptionHandler(ended::tryFail);
            response.endHandler(nothing -> ended.tryComplete(response.status()));
        });
        return ended.future();
    }

    private void awaitHeard(int count) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (heard.size() < count) {
            assertTrue(System.nanoTime() < end, "nothing was heard");
            Awaiting.result(vertx.timer(5));
        }
    }

    private int connected() {
        return wayIn.gateway.connected();
    }
}
