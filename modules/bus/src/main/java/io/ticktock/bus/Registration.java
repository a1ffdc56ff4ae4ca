package io.ticktock.bus;

import io.vertx.core.Future;
import java.util.function.Supplier;

/** What serves at one destination, or listens to one topic. Ends with its verticle at the latest. */
public final class Registration {

    private final Supplier<Future<Void>> onEnd;
    private Future<Void> ended;

    Registration(Supplier<Future<Void>> onEnd) {
        this.onEnd = onEnd;
    }

    /** Nothing arrives any more. */
    public synchronized Future<Void> end() {
        if (ended == null) {
            ended = onEnd.get();
        }
        return ended;
    }
}
