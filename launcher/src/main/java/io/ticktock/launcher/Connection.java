package io.ticktock.launcher;

import com.google.protobuf.Message;
import io.ticktock.api.operation.Operation;
import io.ticktock.api.operation.TenantOperations;
import io.ticktock.bus.Address;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Function;

/** Who answers what the command line asks: the modules on this process's bus, or a server elsewhere. */
interface Connection {

    <Q extends Message, R extends Message> Future<R> request(Address<Q, R> address, Q request);

    /** As an author: what Tasks ask of servers is looked up there first. Gives what could not be, for people. */
    Future<List<String>> register(RegisterGraphRequest request);

    /** As an administrator: it is noted in the audit log. */
    <Q extends Message, R extends Message> Future<R> administer(
            Function<TenantOperations, Operation<Q, R>> operation, Q request, Class<R> reply);

    /** Runs it when the lifetime may have gone on, on some other thread; a hint that may fail to come. */
    Future<?> onProgress(LifetimeId id, Runnable hint);
}
