package io.ticktock.bus;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import java.util.function.Function;

/**
 * What answers requests of one kind.
 *
 * @param handler one that throws answers as if its future had failed
 */
public record Service<Q extends Message, R extends Message>(Address<Q, R> address, Function<Q, Future<R>> handler) {

    /** Whatever the handler does wrong is the matter of this request, not of those that came with it. */
    Future<Message> answer(Letter letter) {
        try {
            Future<R> answer = handler.apply(letter.open(address.request()));
            return answer == null ? Future.failedFuture(wrong(null)) : answer.map(this::checked);
        } catch (Throwable e) {
            return Future.failedFuture(e);
        }
    }

    private Message checked(Object reply) {
        if (!address.reply().isInstance(reply)) {
            throw wrong(reply);
        }
        return address.reply().cast(reply);
    }

    private IllegalStateException wrong(Object reply) {
        return new IllegalStateException(address.name() + " must answer a "
                + address.reply().getSimpleName() + ", not "
                + (reply == null ? "nothing" : "a " + reply.getClass().getSimpleName()));
    }
}
