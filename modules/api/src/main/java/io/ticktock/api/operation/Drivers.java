package io.ticktock.api.operation;

import com.google.protobuf.Message;
import io.ticktock.bus.Address;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.tenant.Places;
import io.ticktock.bus.tenant.Places.Place;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks again whoever drives a lifetime, while that changes hands: some moments when processes come and go by themselves. After
 * a crash it takes longer, so that few wait for it and the others hear at once that it is not available. What a process was
 * asked while it went away is never answered: after some silence it is asked once more beside. Only for requests that may
 * be repeated. For one event loop.
 */
final class Drivers {

    private static final Duration LONGEST = Duration.ofSeconds(3);
    private static final long PAUSE_MS = 100;
    private static final long SILENCE_MS = 1_000;
    private static final int MOST_WAITING = 64;

    private final Vertx vertx;
    private final Bus bus;
    private final Places waiting = new Places(MOST_WAITING);

    Drivers(Vertx vertx, Bus bus) {
        this.vertx = vertx;
        this.bus = bus;
    }

    /** What is refused the second time may have been done the first time: then it stays unknown, and not available. */
    <Q extends Message, R extends Message> Future<R> ask(String tenantId, Address<Q, R> address, Q request) {
        return askThroughSilence(tenantId, address, request)
                .recover(first -> askAgain(first, tenantId, address, request)
                        .recover(later -> Future.failedFuture(isRefusal(later) ? first : later)));
    }

    /** Once, and beside that again where nothing is answered; not when it fails. */
    <Q extends Message, R extends Message> Future<R> askThroughSilence(
            String tenantId, Address<Q, R> address, Q request) {
        Future<R> first = bus.request(address, request);
        Promise<R> answer = Promise.promise();
        first.onSuccess(answer::tryComplete).onFailure(answer::tryFail);
        long silence = vertx.setTimer(SILENCE_MS, id -> askBeside(tenantId, address, request, answer));
        return answer.future().onComplete(answered -> vertx.cancelTimer(silence));
    }

    /** Nothing is known from a refusal while the first time may yet be answered. */
    private <Q extends Message, R extends Message> void askBeside(
            String tenantId, Address<Q, R> address, Q request, Promise<R> answer) {
        waiting.take(tenantId)
                .ifPresent(taken -> repeat(System.nanoTime() + LONGEST.toNanos(), address, request)
                        .onComplete(done -> taken.leave())
                        .onSuccess(answer::tryComplete)
                        .onFailure(cause -> {
                            if (!isChangingHands(cause) && !isRefusal(cause)) {
                                answer.tryFail(cause);
                            }
                        }));
    }

    /** After a first time that failed so. */
    <Q extends Message, R extends Message> Future<R> askAgain(
            Throwable cause, String tenantId, Address<Q, R> address, Q request) {
        Optional<Place> place = isChangingHands(cause) ? waiting.take(tenantId) : Optional.empty();
        return place.map(taken -> repeat(System.nanoTime() + LONGEST.toNanos(), address, request)
                        .onComplete(done -> taken.leave()))
                .orElseGet(() -> Future.failedFuture(cause));
    }

    private <Q extends Message, R extends Message> Future<R> repeat(
            long deadlineNanos, Address<Q, R> address, Q request) {
        return vertx.timer(PAUSE_MS)
                .compose(over -> bus.request(address, request))
                .recover(cause -> isChangingHands(cause) && System.nanoTime() - deadlineNanos < 0
                        ? repeat(deadlineNanos, address, request)
                        : Future.failedFuture(cause));
    }

    private static boolean isRefusal(Throwable cause) {
        return Failure.is(cause, FailureCode.FAILED_PRECONDITION);
    }

    private static boolean isChangingHands(Throwable cause) {
        return Failure.is(cause, FailureCode.UNAVAILABLE);
    }
}
