package io.ticktock.launcher;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.function.Supplier;

/**
 * How a module is started and stopped.
 *
 * @param verticle makes one instance
 * @param instances at least 1
 * @param drain lets what is in hand end, once the verticles have stopped
 */
record VerticleDefinition(Supplier<VerticleBase> verticle, int instances, Supplier<Future<Void>> drain) {

    static VerticleDefinition of(Supplier<VerticleBase> verticle) {
        return instances(1, verticle);
    }

    static VerticleDefinition instances(int count, Supplier<VerticleBase> verticle) {
        return new VerticleDefinition(verticle, count, Future::succeededFuture);
    }
}
