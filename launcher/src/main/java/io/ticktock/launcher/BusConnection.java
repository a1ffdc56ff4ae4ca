package io.ticktock.launcher;

import static io.ticktock.bus.Addresses.CONTROL_PROGRESS;

import com.google.protobuf.Message;
import io.ticktock.api.ApiLimits;
import io.ticktock.api.access.Caller;
import io.ticktock.api.operation.AuditLog;
import io.ticktock.api.operation.Gate;
import io.ticktock.api.operation.GraphOperations;
import io.ticktock.api.operation.Operation;
import io.ticktock.api.operation.RegisteredGraph;
import io.ticktock.api.operation.TenantOperations;
import io.ticktock.bus.Address;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.proto.v1.Role;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** To the modules of this process. Whoever may use the database may do everything: there is nobody to ask for a key. */
final class BusConnection implements Connection {

    private static final String HERE = "127.0.0.1";

    private final Vertx vertx;
    private final Bus bus;
    private final TenantOperations tenants;
    private final GraphOperations graphs;

    BusConnection(Vertx vertx, Bus bus) {
        this.vertx = vertx;
        this.bus = bus;
        this.tenants = new TenantOperations(bus);
        this.graphs = new GraphOperations(bus);
    }

    @Override
    public <Q extends Message, R extends Message> Future<R> request(Address<Q, R> address, Q request) {
        return bus.request(address, request);
    }

    @Override
    public Future<List<String>> register(RegisterGraphRequest request) {
        Caller author = new Caller(request.getGraph().getTenantId(), Client.actor(), Set.of(Role.ROLE_AUTHOR), HERE);
        return graphs.register.body().apply(author, request).map(RegisteredGraph::warnings);
    }

    /** The audit log is of one event loop. */
    @Override
    public <Q extends Message, R extends Message> Future<R> administer(
            Function<TenantOperations, Operation<Q, R>> operation, Q request, Class<R> reply) {
        Context context = vertx.getOrCreateContext();
        Gate gate = new Gate(vertx, new AuditLog(bus, InstantSource.system()), ApiLimits.standard());
        Caller caller = new Caller(Caller.OPERATING_TENANT, Client.actor(), Set.of(Role.ROLE_ADMIN), HERE);
        Promise<R> done = Promise.promise();
        context.runOnContext(
                turn -> gate.perform(operation.apply(tenants), caller, request).onComplete(done));
        return done.future();
    }

    @Override
    public Future<?> onProgress(LifetimeId id, Runnable hint) {
        return bus.subscribe(CONTROL_PROGRESS.at(Shard.of(id.uuid())), progress -> {
            if (progress.getLifetimeId().equals(id.toString())) {
                hint.run();
            }
        });
    }
}
