package io.ticktock.api.grpc;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import io.ticktock.api.access.Authenticator;
import io.ticktock.api.access.Caller;
import io.ticktock.api.event.Watch;
import io.ticktock.api.meter.ApiMeters;
import io.ticktock.api.meter.RequestSpan;
import io.ticktock.api.operation.AuditLog;
import io.ticktock.api.operation.Gate;
import io.ticktock.api.operation.Operation;
import io.ticktock.api.worker.WorkerGateway;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.trace.TraceParent;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ConnectResponse;
import io.ticktock.proto.v1.WorkerHello;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.MessageSizeOverflowException;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import io.vertx.grpc.server.Service;
import io.vertx.grpc.server.ServiceBuilder;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rpcs of one service, each of them an operation. */
final class Rpcs {

    private static final Logger LOG = LoggerFactory.getLogger(Rpcs.class);

    private final ServiceName name;
    private final ServiceBuilder service;
    private final Authenticator authenticator;
    private final Gate gate;
    private final AuditLog audit;
    private final ApiMeters meters;
    private final Tracing tracing;

    Rpcs(
            ServiceDescriptor descriptor,
            Authenticator authenticator,
            Gate gate,
            AuditLog audit,
            ApiMeters meters,
            Tracing tracing) {
        this.name = ServiceName.create(descriptor.getFullName());
        this.service = Service.service(name, descriptor);
        this.authenticator = authenticator;
        this.gate = gate;
        this.audit = audit;
        this.meters = meters;
        this.tracing = tracing;
    }

    /** An rpc that answers what the operation does. */
    <Q extends Message, R extends Message> void add(String rpc, Q request, Operation<Q, R> operation) {
        add(rpc, request, operation, Function.identity());
    }

    /** @param answer what the rpc answers of what the operation does */
    <Q extends Message, R, A extends Message> void add(
            String rpc, Q request, Operation<Q, R> operation, Function<R, A> answer) {
        ServiceMethod<Q, A> method =
                ServiceMethod.server(name, rpc, GrpcMessageEncoder.encoder(), GrpcMessageDecoder.decoder(request));
        service.bind(method, call -> serve(call, operation, answer));
    }

    /** An rpc that answers with events as they become durable. */
    <Q extends Message, R extends Message> void addWatch(
            String rpc, Q request, Operation<Q, Watch> operation, RpcEvents.Form<R> form) {
        ServiceMethod<Q, R> method =
                ServiceMethod.server(name, rpc, GrpcMessageEncoder.encoder(), GrpcMessageDecoder.decoder(request));
        service.bind(method, call -> watch(call, operation, form));
    }

    void addConnect(String rpc, Operation<WorkerHello, Caller> operation, WorkerGateway gateway) {
        ServiceMethod<ConnectRequest, ConnectResponse> method = ServiceMethod.server(
                name,
                rpc,
                GrpcMessageEncoder.encoder(),
                GrpcMessageDecoder.decoder(ConnectRequest.getDefaultInstance()));
        service.bind(method, call -> connect(call, operation, gateway));
    }

    Service service() {
        return service.build();
    }

    private void connect(
            GrpcServerRequest<ConnectRequest, ConnectResponse> call,
            Operation<WorkerHello, Caller> operation,
            WorkerGateway gateway) {
        Begun begun = begin(call);
        Future<Void> gone = gone(call);
        gone.onSuccess(nobody -> begun.span.gone());
        WorkerRpc rpc = WorkerRpc.listen(call);
        call.invalidMessageHandler(fault -> {
            rpc.gone();
            fail(call.response(), operation, unreadable(fault));
        });
        gone.onComplete(nobody -> rpc.gone());
        Consumer<Failure> fail = failure -> fail(call.response(), operation, failure);
        caller(call, operation)
                .compose(caller -> rpc.hello()
                        .compose(hello -> gate.perform(operation, caller, hello).map(admitted -> {
                            if (!gone.isComplete()) {
                                rpc.open(gateway, admitted, hello, fail, () -> authenticate(call));
                                measure(call, GrpcStatus.OK, begun);
                            }
                            return admitted;
                        })))
                .onFailure(cause -> {
                    if (!gone.isComplete()) {
                        rpc.refuse();
                        fail(call, operation, cause, begun);
                    }
                });
    }

    private <Q extends Message, R extends Message> void watch(
            GrpcServerRequest<Q, R> call, Operation<Q, Watch> operation, RpcEvents.Form<R> form) {
        Begun begun = begin(call);
        Future<Void> gone = gone(call);
        gone.onSuccess(nobody -> begun.span.gone());
        // Listened for at once: what comes while it is found out who asks would be lost.
        Future<Q> received = received(call);
        caller(call, operation)
                .compose(caller -> perform(operation, caller, received, gone, begun.span))
                .onSuccess(watch -> gone.onComplete(nobody -> watch.close()))
                .onComplete(
                        watch -> {
                            if (!gone.isComplete()) {
                                measure(call, GrpcStatus.OK, begun);
                                RpcEvents.begin(
                                        call,
                                        watch,
                                        form,
                                        () -> authenticate(call),
                                        failure -> fail(call.response(), operation, failure));
                            }
                        },
                        cause -> {
                            if (!gone.isComplete()) {
                                fail(call, operation, cause, begun);
                            }
                        });
    }

    /** The one message of a call; fails when it is too large, or none. */
    private static <Q> Future<Q> received(GrpcServerRequest<Q, ?> call) {
        Promise<Q> received = Promise.promise();
        call.invalidMessageHandler(fault -> received.tryFail(unreadable(fault)));
        // What is no message of its type comes here; of a stream that broke, which does too, nobody hears.
        call.last().onComplete(received::tryComplete, cause -> received.tryFail(unreadable(cause)));
        return received.future();
    }

    private static Failure unreadable(Throwable fault) {
        return new Failure(
                FailureCode.INVALID_ARGUMENT,
                fault instanceof MessageSizeOverflowException
                        ? "the message is larger than 4 MiB"
                        : "the message cannot be read, or there is none",
                fault);
    }

    /** Completes when nobody waits for an answer any more: cancelled, disconnected, or too late. */
    private static Future<Void> gone(GrpcServerRequest<?, ?> call) {
        Promise<Void> gone = Promise.promise();
        call.errorHandler(error -> gone.tryComplete());
        call.exceptionHandler(cause -> gone.tryComplete());
        call.response().exceptionHandler(cause -> gone.tryComplete());
        if (call.deadline() != null) {
            call.deadline().onSuccess(late -> gone.tryComplete());
        }
        return gone.future();
    }

    private <Q extends Message, R, A extends Message> void serve(
            GrpcServerRequest<Q, A> call, Operation<Q, R> operation, Function<R, A> answer) {
        GrpcServerResponse<Q, A> response = call.response();
        Begun begun = begin(call);
        Future<Void> gone = gone(call);
        gone.onSuccess(nobody -> begun.span.gone());
        // Listened for at once: what comes while it is found out who asks would be lost.
        Future<Q> received = received(call);
        caller(call, operation)
                .compose(caller -> perform(operation, caller, received, gone, begun.span))
                .map(answer)
                .onComplete(
                        message -> {
                            if (!gone.isComplete()) {
                                measure(call, GrpcStatus.OK, begun);
                                response.end(message);
                            }
                        },
                        cause -> {
                            if (!gone.isComplete()) {
                                fail(call, operation, cause, begun);
                            }
                        });
    }

    /** In a place of its own among the requests in progress. */
    private <Q extends Message, R> Future<R> perform(
            Operation<Q, R> operation, Caller caller, Future<Q> received, Future<Void> gone, RequestSpan span) {
        return gate.enter(caller)
                .compose(place -> {
                    gone.onComplete(nobody -> place.leave());
                    return received.compose(request -> span.within(() -> gate.perform(operation, caller, request)))
                            .onComplete(done -> place.leave());
                })
                .recover(cause -> gate.answering(caller, cause).compose(now -> Future.failedFuture(cause)));
    }

    private Future<Caller> caller(GrpcServerRequest<?, ?> call, Operation<?, ?> operation) {
        return authenticate(call).onFailure(cause -> {
            if (Failure.is(cause, FailureCode.UNAUTHENTICATED)) {
                audit.unauthenticated(remote(call), operation.name());
            }
        });
    }

    private Future<Caller> authenticate(GrpcServerRequest<?, ?> call) {
        return authenticator.authenticate(Optional.ofNullable(call.headers().get("authorization")), remote(call));
    }

    private static String remote(GrpcServerRequest<?, ?> call) {
        return call.connection().remoteAddress().hostAddress();
    }

    /** What is measured of a call. */
    private record Begun(long atNanos, RequestSpan span) {}

    private Begun begin(GrpcServerRequest<?, ?> call) {
        return new Begun(
                System.nanoTime(),
                RequestSpan.begin(tracing, call.fullMethodName(), call.headers().get(TraceParent.HEADER)));
    }

    private void measure(GrpcServerRequest<?, ?> call, GrpcStatus status, Begun begun) {
        meters.called(call.fullMethodName(), status.name(), begun.atNanos);
        boolean isFault = status == GrpcStatus.INTERNAL || status == GrpcStatus.UNAVAILABLE;
        begun.span.called(call.fullMethodName(), status.name(), isFault);
    }

    private void fail(GrpcServerRequest<?, ?> call, Operation<?, ?> operation, Throwable cause, Begun begun) {
        FailureCode code = Failure.of(cause).code();
        measure(call, status(code), begun);
        meters.refusedGrpc(code);
        fail(call.response(), operation, cause);
    }

    private static void fail(GrpcServerResponse<?, ?> response, Operation<?, ?> operation, Throwable cause) {
        Failure failure = Failure.of(cause);
        if (failure.code() == FailureCode.INTERNAL) {
            LOG.error("{} failed", operation.name(), cause);
        }
        GrpcStatus status = status(failure.code());
        String message = message(failure);
        response.trailers().set(StatusDetails.TRAILER, StatusDetails.of(status, message, failure));
        response.status(status).statusMessage(message).end();
    }

    /** Which gRPC code is which failure; what is not there and what is another tenant's cannot be told apart. */
    private static GrpcStatus status(FailureCode code) {
        return switch (code) {
            case INVALID_ARGUMENT -> GrpcStatus.INVALID_ARGUMENT;
            case UNAUTHENTICATED -> GrpcStatus.UNAUTHENTICATED;
            case PERMISSION_DENIED -> GrpcStatus.PERMISSION_DENIED;
            case NOT_FOUND -> GrpcStatus.NOT_FOUND;
            case ALREADY_EXISTS -> GrpcStatus.ALREADY_EXISTS;
            case FAILED_PRECONDITION -> GrpcStatus.FAILED_PRECONDITION;
            case STALE -> GrpcStatus.ABORTED;
            case OVERLOADED, QUOTA_EXCEEDED -> GrpcStatus.RESOURCE_EXHAUSTED;
            case FENCED, UNAVAILABLE -> GrpcStatus.UNAVAILABLE;
            case INTERNAL -> GrpcStatus.INTERNAL;
        };
    }

    private static String message(Failure failure) {
        return switch (failure.code()) {
            case NOT_FOUND -> "there is no such thing here, or it is not yours";
            case INTERNAL -> "an internal error; the log tells more";
            case INVALID_ARGUMENT,
                    UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    STALE,
                    ALREADY_EXISTS,
                    FAILED_PRECONDITION,
                    OVERLOADED,
                    QUOTA_EXCEEDED,
                    FENCED,
                    UNAVAILABLE -> failure.getMessage();
        };
    }
}
