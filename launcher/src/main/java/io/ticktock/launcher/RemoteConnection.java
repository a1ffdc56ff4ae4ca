package io.ticktock.launcher;

import com.google.protobuf.Message;
import io.ticktock.api.operation.Operation;
import io.ticktock.api.operation.TenantOperations;
import io.ticktock.bus.Address;
import io.ticktock.launcher.remote.ServerConnection;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Function;

/** To a server: what is asked at an address here, an rpc takes there. Whose it is, the server knows by the key. */
final class RemoteConnection implements Connection {

    private static final Duration ADMINISTRATION = Duration.ofSeconds(20);

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
