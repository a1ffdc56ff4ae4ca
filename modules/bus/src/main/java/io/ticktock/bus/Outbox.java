package io.ticktock.bus;

import com.google.protobuf.Message;
import io.opentelemetry.context.Context;
import io.ticktock.bus.trace.Tracing;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests of one sender to one address that leave together, and who waits for their answers. An answer comes as soon as
 * it is ready, whatever becomes of its neighbours'.
 */
final class Outbox<R extends Message> {

    /** So that several who serve an address each get their part. */
    private static final int MOST_REQUESTS = 256;

    /** Between processes a parcel is one message. */
    static final int MOST_BYTES = 1_048_576;

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    private final EventBus eventBus;
    private final DeliveryOptions codec;
    private final Address<?, R> address;
    private final NearDestinations near;
    private final boolean leavesProcess;
    /** Until they are sent. */
    private List<Letter> letters = new ArrayList<>();
    /** By index of the request; null once it is answered. */
    private final List<Promise<R>> waiting = new ArrayList<>();
    /** By index of the request, what its asker went on in; null when nothing is traced. */
    private final List<Context> traces;

    private final LongSupplier nanoTime;
    private final long createdNanos;
    private long bytes;

    /**
     * @param codec for requests
     * @param near what this process asks of itself as long as it serves it
     * @param leavesProcess whether it may, so that its size counts
     * @param traced whether requests carry the trace of whoever asks
     * @param nanoTime the time that its answers may take is measured by
     */
    Outbox(
            EventBus eventBus,
            DeliveryOptions codec,
            Address<?, R> address,
            NearDestinations near,
            boolean leavesProcess,
            boolean traced,
            LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.createdNanos = nanoTime.getAsLong();
        this.traces = traced ? new ArrayList<>() : null;
        this.leavesProcess = leavesProcess;
        this.eventBus = eventBus;
        this.codec = codec;
        this.address = address;
        this.near = near;
    }

    Future<R> add(Message request) {
        Promise<R> answer = Promise.promise();
        letters.add(Letter.of(request, trace()));
        waiting.add(answer);
        bytes += leavesProcess ? request.getSerializedSize() : 0;
        return answer.future();
    }

    private Context trace() {
        if (traces == null) {
            return null;
        }
        Context current = Context.current();
        traces.add(current);
        return current;
    }

    boolean isFull() {
        return letters.size() >= MOST_REQUESTS || bytes >= MOST_BYTES;
    }

    void send() {
        Requests parcel = new Requests(address.name(), letters);
        letters = List.of();
        boolean asksItself = address.isNear() && near.has(address.destination());
        DeliveryOptions options = options(address.timeout());
        eventBus.<Answers>request(address.destination(), parcel, options.setLocalOnly(asksItself))
                .recover(cause ->
                        asksItself && isServedNoMore(cause) ? sendToOthers(parcel) : Future.failedFuture(cause))
                .onComplete(this::take, this::failAll);
    }

    private static boolean isServedNoMore(Throwable cause) {
        return cause instanceof ReplyException failure && failure.failureType() == ReplyFailure.NO_HANDLERS;
    }

    private Future<io.vertx.core.eventbus.Message<Answers>> sendToOthers(Requests parcel) {
        near.forget(address.destination());
        return eventBus.request(address.destination(), parcel, options(address.timeout()));
    }

    private void take(io.vertx.core.eventbus.Message<Answers> message) {
        try {
            Answers parcel = message.body();
            parcel.answers().forEach(this::answer);
            if (parcel.more()) {
                takeMore(message);
            }
        } catch (RuntimeException e) {
            failAll(e);
        }
    }

    /** Nothing is asked for that has no time left to come. */
    private void takeMore(io.vertx.core.eventbus.Message<Answers> message) {
        Duration remaining = remaining();
        if (remaining.toMillis() < 1) {
            failAll(new Failure(
                    FailureCode.UNAVAILABLE,
                    "no answer within " + address.timeout().toMillis() + " ms"));
            return;
        }
        message.<Answers>replyAndRequest(Requests.FOR_MORE_ANSWERS, options(remaining))
                .onComplete(this::take, this::failAll);
    }

    private void answer(Answers.Answer answer) {
        tell(answer.index(), outcome(answer));
    }

    private Future<R> outcome(Answers.Answer answer) {
        if (answer.failure() != null) {
            return Future.failedFuture(answer.failure());
        }
        try {
            return Future.succeededFuture(answer.reply().open(address.reply()));
        } catch (RuntimeException e) {
            return Future.failedFuture(Failure.of(e));
        }
    }

    private void failAll(Throwable cause) {
        Future<R> failed = Future.failedFuture(Failure.of(cause));
        for (int i = 0; i < waiting.size(); i++) {
            tell(i, failed);
        }
    }

    /** What an asker does wrong with its answer is not the matter of its neighbours, who wait for theirs. */
    private void tell(int index, Future<R> outcome) {
        Promise<R> asker = waiting.set(index, null);
        if (asker == null) {
            return;
        }
        try {
            if (traces == null) {
                outcome.onComplete(asker);
            } else {
                Tracing.within(traces.get(index), () -> outcome.onComplete(asker));
            }
        } catch (RuntimeException e) {
            LOG.error("who asked {} failed when it got the answer", address.name(), e);
        }
    }

    private Duration remaining() {
        return address.timeout().minusNanos(nanoTime.getAsLong() - createdNanos);
    }

    private DeliveryOptions options(Duration timeout) {
        return new DeliveryOptions(codec).setSendTimeout(timeout.toMillis());
    }
}
