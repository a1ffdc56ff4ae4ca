package io.ticktock.api.grpc;

import io.ticktock.api.access.Caller;
import io.ticktock.api.worker.WorkerGateway;
import io.ticktock.api.worker.WorkerSession;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ConnectResponse;
import io.ticktock.proto.v1.WorkerHello;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One stream of a worker: its hello first, and from then on the session that the hello opens. */
final class WorkerRpc {

    private final GrpcServerRequest<ConnectRequest, ConnectResponse> call;
    private final Promise<ConnectRequest> first = Promise.promise();
    /** What came behind the hello while it was found out who asks; the stream is held up meanwhile, so it is little. */
    private final List<ConnectRequest> early = new ArrayList<>();

    private WorkerSession session;
    /** The worker has ended its side. */
    private boolean isEnded;
    /** Nobody is there to be answered. */
    private boolean isGone;
    /** The stream has been answered with a failure, and can be ended no more. */
    private boolean isFailed;

    private WorkerRpc(GrpcServerRequest<ConnectRequest, ConnectResponse> call) {
        this.call = call;
    }

    /** Listens at once: what came later than that would be lost. */
    static WorkerRpc listen(GrpcServerRequest<ConnectRequest, ConnectResponse> call) {
        WorkerRpc rpc = new WorkerRpc(call);
        call.handler(rpc::receive);
        call.endHandler(ended -> rpc.end());
        return rpc;
    }

    private void receive(ConnectRequest message) {
        if (session != null) {
            session.receive(message);
        } else if (!first.tryComplete(message)) {
            early.add(message);
        } else {
            call.pause();
        }
    }

    private void end() {
        isEnded = true;
        first.tryFail(noHello());
        if (session != null && !isGone) {
            session.close();
            if (!isFailed) {
                call.response().end();
            }
        }
    }

    Future<WorkerHello> hello() {
        return first.future()
                .compose(message -> message.hasHello()
                        ? Future.succeededFuture(message.getHello())
                        : Future.failedFuture(noHello()));
    }

    private static Failure noHello() {
        return new Failure(FailureCode.INVALID_ARGUMENT, "a stream of a worker begins with its hello");
    }

    /** Fails when the hello is not taken. */
    void open(
            WorkerGateway gateway,
            Caller caller,
            WorkerHello hello,
            Consumer<Failure> fail,
            Supplier<Future<Caller>> credential) {
        Consumer<Failure> failing = failure -> {
            isFailed = true;
            fail.accept(failure);
        };
        session = gateway.open(caller, hello, call.response(), failing, credential);
        early.forEach(session::receive);
        early.clear();
        if (isEnded) {
            end();
        } else {
            call.resume();
        }
    }

    /** Nothing of what comes is of use; held up for good, the stream would not end. */
    void refuse() {
        call.handler(ignored -> {});
        call.resume();
    }

    /** The worker is gone. */
    void gone() {
        isGone = true;
        if (session != null) {
            session.close();
        }
    }
}
