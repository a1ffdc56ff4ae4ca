package io.ticktock.bus;

import io.vertx.core.Future;
import io.vertx.core.eventbus.MessageConsumer;

/** What serves or listens at one address. Ends with its verticle at the latest. */
public final class Registration {

    private final MessageConsumer<?> consumer;

    Registration(MessageConsumer<?> consumer) {
        this.consumer = consumer;
    }

    /** Nothing arrives any more. */
    public Future<Void> end() {
        return consumer.unregister();
    }
}
