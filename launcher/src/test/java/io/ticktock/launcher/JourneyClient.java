package io.ticktock.launcher;

import static io.ticktock.bus.Addresses.CONTROL_SIGNAL;
import static io.ticktock.bus.Addresses.CONTROL_START;
import static io.ticktock.bus.Addresses.STATE_LIST_EVENTS;
import static io.ticktock.bus.Addresses.STATE_SEND_SIGNAL;

import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProgressListeners;
import io.ticktock.bus.Shard;
import io.ticktock.launcher.crash.Journal;
import io.ticktock.launcher.crash.Journey;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.ListEventsRequest;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.SendSignalRequest;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.ticktock.testkit.Evidence.Kind;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Starts journeys and answers what they ask, again and again until that is acknowledged. Prints which have started. */
final class JourneyClient extends VerticleBase {

    static final String STARTED = "started ";

    private static final int PAGE = 1_000;
    private static final long RETRY_MS = 200;
    private static final long LOOK_AGAIN_MS = 5_000;

    private final Bus bus;
    private final Journal journal;
    private final List<Journey> toStart;
    private final List<Journey> toAccompany;
    private final Set<String> answered = new HashSet<>();
    private ProgressListeners listeners;

    /** @param toAccompany those that may ask something, or may have before this process began */
    JourneyClient(Bus bus, Journal journal, List<Journey> toStart, List<Journey> toAccompany) {
        this.bus = bus;
        this.journal = journal;
        this.toStart = toStart;
        this.toAccompany = toAccompany;
    }

    @Override
    public Future<?> start() {
        listeners = new ProgressListeners(vertx, bus);
        toAccompany.forEach(this::accompany);
        toStart.forEach(
                journey -> begin(journey, journal.asks(Kind.START, journey.id().toString(), "")));
        return Future.succeededFuture();
    }

    /** Starts it, or finds that an earlier process has. */
    private void begin(Journey journey, Journal.Entry entry) {
        String id = journey.id().toString();
        StartLifetimeRequest request = StartLifetimeRequest.newBuilder()
                .setTenantId(Journey.TENANT)
                .setLifetimeId(id)
                .setGraphName(journey.graphName())
                .setGraphVersion("1.0.0")
                .setInput(journey.input())
                .build();
        bus.request(CONTROL_START.at(Shard.of(id)), request)
                .onSuccess(started -> {
                    entry.isDone();
                    System.out.println(STARTED + journey.number());
                })
                .onFailure(cause -> again(journey, "was not started", cause, () -> begin(journey, entry)));
    }

    /** Progress is only a hint, and what came before it is in the log alone. */
    private void accompany(Journey journey) {
        listeners
                .add(journey.id(), progress -> {
                    if (progress.getEventsList().stream().anyMatch(LifetimeEvent::hasWaiting)) {
                        look(journey);
                    }
                })
                .onSuccess(subscribed -> {
                    look(journey);
                    vertx.setPeriodic(LOOK_AGAIN_MS, timer -> look(journey));
                });
    }

    private void look(Journey journey) {
        ListEventsRequest request = ListEventsRequest.newBuilder()
                .setTenantId(Journey.TENANT)
                .setLifetimeId(journey.id().toString())
                .setPageSize(PAGE)
                .build();
        bus.request(STATE_LIST_EVENTS, request)
                .onSuccess(page -> answerAll(journey, page.getEventsList()))
                .onFailure(cause -> {
                    if (!Failure.is(cause, FailureCode.NOT_FOUND)) {
                        again(journey, "was not looked at", cause, () -> look(journey));
                    }
                });
    }

    private void answerAll(Journey journey, List<LifetimeEvent> events) {
        OpenWaits waits = new OpenWaits();
        events.forEach(waits::take);
        waits.questions().stream()
                .filter(question -> answered.add(question.execId()))
                .forEach(question -> answer(
                        journey,
                        question,
                        journal.asks(Kind.ANSWER, journey.id().toString(), question.execId())));
    }

    private void answer(Journey journey, OpenWaits.Question question, Journal.Entry entry) {
        Signal signal = Signal.newBuilder()
                .setSignalId("answer to " + question.execId())
                .setTenantId(Journey.TENANT)
                .setLifetimeId(journey.id().toString())
                .setAnswer(Answer.newBuilder()
                        .setExecId(question.execId())
                        .setPayload(Payload.newBuilder().setInline(journey.answer(question.nodeId()))))
                .build();
        send(question.nodeId(), signal, entry).onFailure(cause -> {
            // An earlier process may have answered it, and not have lived to see that.
            if (Failure.is(cause, FailureCode.FAILED_PRECONDITION)) {
                entry.isRefused();
                return;
            }
            entry.isLost();
            again(journey, "was not answered", cause, () -> answer(journey, question, entry));
        });
    }

    /** One way for the one question, the other way for the other. */
    private Future<?> send(String nodeId, Signal signal, Journal.Entry entry) {
        return nodeId.equals("ask")
                ? bus.request(
                                CONTROL_SIGNAL.at(Shard.of(signal.getLifetimeId())),
                                SignalLifetimeRequest.newBuilder()
                                        .setSignal(signal)
                                        .build())
                        .onSuccess(obeyed -> entry.isDone())
                : bus.request(
                                STATE_SEND_SIGNAL,
                                SendSignalRequest.newBuilder().setSignal(signal).build())
                        .onSuccess(stored -> entry.isLeft());
    }

    private void again(Journey journey, String what, Throwable cause, Runnable step) {
        System.err.println(journey + " " + what + ", trying again: " + cause.getMessage());
        vertx.setTimer(RETRY_MS, timer -> step.run());
    }
}
