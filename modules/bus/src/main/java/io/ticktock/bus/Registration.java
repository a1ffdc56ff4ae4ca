package io.ticktock.bus;

import io.vertx.core.Future;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.concurrent.atomic.AtomicBoolean;

/** What serves or listens at one address. Ends with its verticle at the latest. */
public final class Registration {

    private final MessageConsumer<?> consumer;
    private final Runnable onEnd;
    private final AtomicBoolean hasEnded = new AtomicBoolean();

    Registration(MessageConsumer<?> consumer, Runnable onEnd) {
        this.consumer = consumer;
        this.onEnd = onEnd;
    }

    /** Nothing arrives any more. */
    public Future<Void> end() {
        if (!hasEnded.getAndSet(true)) {
            onEnd.run();
        }
        return consumer.unregister();
    }
}
