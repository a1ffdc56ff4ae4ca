package io.ticktock.launcher;

import static io.ticktock.bus.Addresses.EXECUTOR_EXAMINE_TASKS;
import static io.ticktock.bus.Addresses.STATE_REGISTER_GRAPH;

import com.google.protobuf.Message;
import io.ticktock.api.operation.Operation;
import io.ticktock.api.operation.TenantOperations;
import io.ticktock.bus.Address;
import io.ticktock.launcher.remote.ServerConnection;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.proto.v1.RegisterGraphResponse;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** To a server: what is asked at an address here, an rpc takes there. Whose it is, the server knows by the key. */
final class RemoteConnection implements Connection {

    private static final Duration ADMINISTRATION = Duration.ofSeconds(20);
    /** The server may have to ask others first. */
    private static final Duration REGISTRATION =
            EXECUTOR_EXAMINE_TASKS.timeout().plus(STATE_REGISTER_GRAPH.timeout());

    private final ServerConnection server;

    RemoteConnection(ServerConnection server) {
        this.server = server;
    }

    @Override
    public <Q extends Message, R extends Message> Future<R> request(Address<Q, R> address, Q request) {
        return request instanceof ReadBlobRequest range
                ? server.read(range).map(address.reply()::cast)
                : server.request(request, address.reply(), address.timeout());
    }

    @Override
    public Future<List<String>> register(RegisterGraphRequest request) {
        return server.request(request, STATE_REGISTER_GRAPH.reply(), REGISTRATION)
                .map(RegisterGraphResponse::getWarningsList);
    }

    @Override
    public <Q extends Message, R extends Message> Future<R> administer(
            Function<TenantOperations, Operation<Q, R>> operation, Q request, Class<R> reply) {
        return server.request(request, reply, ADMINISTRATION);
    }

    @Override
    public Future<?> onProgress(LifetimeId id, Runnable hint) {
        server.watch(id.toString(), hint);
        return Future.succeededFuture();
    }
}
