package io.ticktock.launcher;

import io.vertx.core.VerticleBase;
import java.util.function.Supplier;

/**
 * How a module is started and stopped.
 *
 * @param verticle makes one instance
 * @param instances at least 1
 */
record VerticleDefinition(Supplier<VerticleBase> verticle, int instances) {

    static VerticleDefinition of(Supplier<VerticleBase> verticle) {
        return instances(1, verticle);
    }

    static VerticleDefinition instances(int count, Supplier<VerticleBase> verticle) {
        return new VerticleDefinition(verticle, count);
    }
}
