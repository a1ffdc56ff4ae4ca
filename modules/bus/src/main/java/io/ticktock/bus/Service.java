package io.ticktock.bus;

import com.google.protobuf.Message;
import io.ticktock.bus.trace.Tracing;
import io.vertx.core.Future;
import java.util.function.Function;

/**
 * What answers requests of one kind.
 *
 * @param handler one that throws answers as if its future had failed
 */
public record Service<Q extends Message, R extends Message>(Address<Q, R> address, Function<Q, Future<R>> handler) {

    /** Within the trace of whoever asks. */
    Future<Message> answer(Letter letter) {
        return letter.trace() == null ? handled(letter) : Tracing.within(letter.trace(), () -> handled(letter));
    }

    /** Whatever the handler does wrong is the matter of this request, not of those that came with it. */
    private Future<Message> handled(Letter letter) {
        try {
            Future<R> answer = handler.apply(letter.open(address.request()));
            return answer == null ? Future.failedFuture(wrongReply(null)) : answer.map(this::checked);
        } catch (Throwable e) {
            return Future.failedFuture(e);
        }
    }

    private Message checked(Object reply) {
        if (!address.reply().isInstance(reply)) {
            throw wrongReply(reply);
        }
        return address.reply().cast(reply);
    }

    private IllegalStateException wrongReply(Object reply) {
        return new IllegalStateException(address.name() + " must answer a "
                + address.reply().getSimpleName() + ", not "
                + (reply == null ? "nothing" : "a " + reply.getClass().getSimpleName()));
    }
}
