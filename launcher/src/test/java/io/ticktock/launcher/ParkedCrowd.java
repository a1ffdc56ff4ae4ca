package io.ticktock.launcher;

import static io.ticktock.bus.Addresses.CONTROL_SIGNAL;
import static io.ticktock.bus.Addresses.CONTROL_START;
import static io.ticktock.bus.Addresses.STATE_LIST_EVENTS;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProgressListeners;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.ListEventsRequest;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/**
 * Many lifetimes, brought to where they wait, and from there to their end. Of each it remembers nothing but which
 * execution waits, in room that is taken from the beginning, so that it does not count as what a lifetime needs.
 */
final class ParkedCrowd extends VerticleBase {

    private static final int AT_ONCE = 256;
    private static final long REPEAT_MS = 5_000;
    private static final long FIRST_MILLIS = 1_700_000_000_000L;

    private final Bus bus;
    private final String tenantId;
    private final long[] waitingExecIds;
    private ProgressListeners listeners;

    ParkedCrowd(Bus bus, String tenantId, int size) {
        this.bus = bus;
        this.tenantId = tenantId;
        this.waitingExecIds = new long[2 * size];
    }

    @Override
    public Future<?> start() {
        listeners = new ProgressListeners(vertx, bus);
        return Future.succeededFuture();
    }

    /** Starts these, all with the same input; completes when all of them wait. */
    Future<Void> park(int from, int to, String graphName, String input) {
        return inTurn(from, to, number -> park(number, graphName, input));
    }

    /** Answers these; completes when all of them have ended. */
    Future<Void> answer(int from, int to) {
        return inTurn(from, to, this::answer);
    }

    /** A fixed number of them under way at a time. */
    private Future<Void> inTurn(int from, int to, IntFunction<Future<?>> step) {
        Turns turns = new Turns(from, to, step);
        context.runOnContext(nothing -> turns.begin());
        return turns.done.future();
    }

    private Future<?> park(int number, String graphName, String input) {
        StartLifetimeRequest request = StartLifetimeRequest.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(id(number))
                .setGraphName(graphName)
                .setGraphVersion("1.0.0")
                .setInput(Payload.newBuilder().setInline(ByteString.copyFromUtf8(input)))
                .build();
        return awaiting(
                        number,
                        LifetimeEvent::hasWaiting,
                        () -> bus.request(CONTROL_START.at(Shard.of(id(number))), request))
                .onSuccess(event -> remember(number, event.getWaiting().getExecId()));
    }

    private Future<?> answer(int number) {
        Signal signal = Signal.newBuilder()
                .setSignalId("answer to " + id(number))
                .setTenantId(tenantId)
                .setLifetimeId(id(number))
                .setAnswer(Answer.newBuilder()
                        .setExecId(waitingExecId(number))
                        .setPayload(Payload.newBuilder().setInline(ByteString.copyFromUtf8("true"))))
                .build();
        return awaiting(
                number,
                LifetimeEvent::hasCompleted,
                () -> bus.request(
                        CONTROL_SIGNAL.at(Shard.of(id(number))),
                        SignalLifetimeRequest.newBuilder().setSignal(signal).build()));
    }

    private interface Request {
        Future<?> send();
    }

    /** Sends the request until the event is seen that it leads to, and completes with that. */
    private Future<LifetimeEvent> awaiting(int number, Predicate<LifetimeEvent> wanted, Request request) {
        Promise<LifetimeEvent> seen = Promise.promise();
        return listeners
                .add(UUID.fromString(id(number)), progress -> look(progress.getEventsList(), wanted, seen))
                .compose(registration -> {
                    send(request, seen);
                    long timer = vertx.setPeriodic(REPEAT_MS, id -> {
                        send(request, seen);
                        lookBack(number, wanted, seen);
                    });
                    return seen.future().eventually(() -> {
                        vertx.cancelTimer(timer);
                        return registration.end();
                    });
                });
    }

    private static void send(Request request, Promise<LifetimeEvent> seen) {
        request.send().onFailure(cause -> {
            // An answer that has been taken is refused when it is given again.
            Failure failure = Failure.of(cause);
            if (!failure.code().retryable() && failure.code() != FailureCode.FAILED_PRECONDITION) {
                seen.tryFail(failure);
            }
        });
    }

    /** Progress is only a hint. */
    private void lookBack(int number, Predicate<LifetimeEvent> wanted, Promise<LifetimeEvent> seen) {
        ListEventsRequest request = ListEventsRequest.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(id(number))
                .build();
        bus.request(STATE_LIST_EVENTS, request).onSuccess(page -> look(page.getEventsList(), wanted, seen));
    }

    private static void look(List<LifetimeEvent> events, Predicate<LifetimeEvent> wanted, Promise<LifetimeEvent> seen) {
        events.stream().filter(wanted).findFirst().ifPresent(seen::tryComplete);
    }

    private static String id(int number) {
        return new UUID((FIRST_MILLIS + number) << 16 | 0x7000L, 0x8000_0000_0000_0000L | number * 11L).toString();
    }

    private void remember(int number, String execId) {
        UUID id = UUID.fromString(execId);
        waitingExecIds[2 * number] = id.getMostSignificantBits();
        waitingExecIds[2 * number + 1] = id.getLeastSignificantBits();
    }

    private String waitingExecId(int number) {
        return new UUID(waitingExecIds[2 * number], waitingExecIds[2 * number + 1]).toString();
    }

    private static final class Turns {

        private final int to;
        private final IntFunction<Future<?>> step;
        private final Promise<Void> done = Promise.promise();
        private int next;
        private int underWay;

        Turns(int from, int to, IntFunction<Future<?>> step) {
            this.next = from;
            this.to = to;
            this.step = step;
        }

        void begin() {
            while (underWay < AT_ONCE && next < to) {
                underWay++;
                step.apply(next++).onSuccess(ended -> endOne()).onFailure(done::tryFail);
            }
            if (underWay == 0) {
                done.tryComplete();
            }
        }

        private void endOne() {
            underWay--;
            begin();
        }
    }
}
