package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Connections of one role, and how many of them are in use. */
final class ConnectionPool {

    private final Pool pool;
    private final StateMeters.PoolUse use;
    private volatile boolean closing;

    ConnectionPool(Pool pool, StateMeters.PoolUse use) {
        this.pool = pool;
        this.use = use;
    }

    <T> Future<T> withConnection(Function<SqlConnection, Future<T>> statements) {
        return counted(Pool::withConnection, statements);
    }

    <T> Future<T> withTransaction(Function<SqlConnection, Future<T>> statements) {
        return counted(Pool::withTransaction, statements);
    }

    /** What is not done by then fails as UNAVAILABLE, whatever the driver makes of it. */
    Future<Void> close() {
        closing = true;
        return pool.close();
    }

    private <T> Future<T> counted(
            BiFunction<Pool, Function<SqlConnection, Future<T>>, Future<T>> take,
            Function<SqlConnection, Future<T>> statements) {
        StateMeters.Wait wait = use.waits();
        // A connection is given back when the future completes: what is thrown instead would keep it for good.
        return take.apply(pool, connection -> {
                    wait.isOver();
                    return Future.succeededFuture(connection).compose(statements);
                })
                .onComplete(done -> wait.isDone())
                .recover(cause -> Future.failedFuture(closing ? closing(cause) : cause));
    }

    private static Failure closing(Throwable cause) {
        return new Failure(FailureCode.UNAVAILABLE, "the store is closing", cause);
    }
}
