package io.ticktock.bus;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests of one sender to one address that leave together, and who waits for their answers. An answer comes as soon as
 * it is ready, whatever becomes of its neighbours'.
 */
final class Outbox<R extends Message> {

    /** So that several who serve an address each get their part. */
    private static final int MOST_REQUESTS = 256;

    /** Between processes a parcel is one message. */
    private static final int MOST_BYTES = 1_048_576;

    private final EventBus eventBus;
    private final DeliveryOptions codec;
    private final Address<?, R> address;
    private final boolean leavesProcess;
    private final List<Letter> letters = new ArrayList<>();
    private final List<Promise<R>> waiting = new ArrayList<>();
    private final long createdNanos = System.nanoTime();
    private long bytes;

    /**
     * @param codec for requests
     * @param leavesProcess whether it may, so that its size counts
     */
    Outbox(EventBus eventBus, DeliveryOptions codec, Address<?, R> address, boolean leavesProcess) {
        this.leavesProcess = leavesProcess;
        this.eventBus = eventBus;
        this.codec = codec;
        this.address = address;
    }

    Future<R> add(Message request) {
        Promise<R> answer = Promise.promise();
        letters.add(Letter.of(request));
        waiting.add(answer);
        bytes += leavesProcess ? request.getSerializedSize() : 0;
        return answer.future();
    }

    boolean isFull() {
        return letters.size() >= MOST_REQUESTS || bytes >= MOST_BYTES;
    }

    void send() {
        eventBus.<Answers>request(address.name(), new Requests(letters), options(address.timeout()))
                .onComplete(this::take, this::failAll);
    }

    private void take(io.vertx.core.eventbus.Message<Answers> message) {
        Answers parcel = message.body();
        parcel.answers().forEach(this::answer);
        if (parcel.more()) {
            message.<Answers>replyAndRequest(Requests.FOR_MORE_ANSWERS, options(remaining()))
                    .onComplete(this::take, this::failAll);
        }
    }

    private void answer(Answers.Answer answer) {
        Promise<R> asker = waiting.get(answer.index());
        if (answer.failure() != null) {
            asker.tryFail(answer.failure());
            return;
        }
        try {
            asker.tryComplete(answer.reply().open(address.reply()));
        } catch (Failure failure) {
            asker.tryFail(failure);
        }
    }

    private void failAll(Throwable cause) {
        Failure failure = Failure.of(cause);
        waiting.forEach(asker -> asker.tryFail(failure));
    }

    private Duration remaining() {
        return address.timeout().minusNanos(System.nanoTime() - createdNanos);
    }

    private DeliveryOptions options(Duration timeout) {
        return new DeliveryOptions(codec).setSendTimeout(Math.max(1, timeout.toMillis()));
    }
}
