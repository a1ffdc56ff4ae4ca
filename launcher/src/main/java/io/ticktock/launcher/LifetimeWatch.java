package io.ticktock.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.launcher.progress.Progress;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Follows one lifetime's log, shows its progress and puts its questions to the person at the terminal, until it has
 * ended or cannot go on here.
 */
final class LifetimeWatch {

    /** Why watching stopped. */
    enum Ending {
        /** The lifetime is over. */
        ENDED,
        /** It is paused. */
        PAUSED,
        /** It waits for nothing but answers that nobody gave here. */
        UNANSWERED,
        /** The process was told to stop. */
        INTERRUPTED
    }

    private static final Duration REDRAW_EVERY = Duration.ofMillis(100);

    private final Client client;
    private final Payloads payloads;
    private final LifetimeId id;
    private final Terminal terminal;
    private final FormPrompt prompt;
    private final Interruption interruption;
    private final Progress progress;
    private final LogReader log;

    private final Semaphore hints = new Semaphore(0);
    private final OpenWaits waits = new OpenWaits();
    private final Set<String> unanswered = new HashSet<>();
    private boolean ended;
    private boolean paused;
    /** It is paused for want of leave for something; what had leave before runs to its end. */
    private boolean admittedGoesOn;

    LifetimeWatch(Client client, Payloads payloads, LifetimeId id, Terminal terminal, Interruption interruption) {
        this.client = client;
        this.payloads = payloads;
        this.id = id;
        this.terminal = terminal;
        this.interruption = interruption;
        this.prompt = new FormPrompt(terminal.err(), new LineReader(terminal.in()));
        this.log = new LogReader(afterSeq -> client.events(id, afterSeq), InstantSource.system());
        this.progress = Progress.on(terminal.err(), terminal.live());
    }

    Ending follow() throws InterruptedException {
        client.onProgress(id, hints::release);
        Optional<Ending> ending = Optional.empty();
        while (ending.isEmpty()) {
            if (!readLog()) {
                askOne();
                awaitHint();
            }
            progress.show(Instant.now());
            ending = ending();
        }
        progress.settle(Instant.now());
        return ending.get();
    }

    /** Leaves its permit, which lets the log be read. */
    private void awaitHint() throws InterruptedException {
        if (hints.tryAcquire(REDRAW_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
            hints.release();
        }
    }

    /** Takes in the next page of the log if there was a hint or none for long. Whether there may be more. */
    private boolean readLog() {
        List<LifetimeEvent> events = log.next(hints.drainPermits() > 0);
        events.forEach(this::take);
        if (!events.isEmpty()) {
            hints.release();
        }
        return !events.isEmpty();
    }

    private void take(LifetimeEvent event) {
        waits.take(event);
        progress.take(event);
        switch (event.getEventCase()) {
            case PAUSED -> paused = true;
            case RESUMED -> {
                paused = false;
                admittedGoesOn = false;
            }
            case HELD ->
                admittedGoesOn |=
                        event.getHeld().getVerdict().getAction() == GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME;
            case COMPLETED, FAILED, ABORTED -> ended = true;
            case STARTED, SCHEDULED, WAITING, CHILD_STARTED, WOKEN, ACCEPTED -> {}
            case FORKED, PARKED, DIED, JOINED, CANCELLED, EVENT_NOT_SET -> {}
        }
    }

    private Optional<Ending> ending() {
        if (ended) {
            return Optional.of(Ending.ENDED);
        }
        if (interruption.requested()) {
            return Optional.of(Ending.INTERRUPTED);
        }
        if (paused && !(admittedGoesOn && waits.anyRuns())) {
            return Optional.of(Ending.PAUSED);
        }
        boolean nobodyAnswers = waits.questions().stream().allMatch(open -> unanswered.contains(open.execId()));
        return waits.onlyQuestions() && nobodyAnswers ? Optional.of(Ending.UNANSWERED) : Optional.empty();
    }

    private void askOne() throws InterruptedException {
        for (OpenWaits.Question question : waits.questions()) {
            if (!unanswered.contains(question.execId())) {
                progress.settle(Instant.now());
                ask(question);
                return;
            }
        }
    }

    private void ask(OpenWaits.Question question) throws InterruptedException {
        Optional<JsonNode> answer = prompt.ask(question, () -> interruption.requested() || isWithdrawn(question));
        if (answer.isEmpty()) {
            unanswered.add(question.execId());
            return;
        }
        try {
            client.signal(id, Signals.answer(question.execId(), payloads.json(Json.bytes(answer.get()))));
            awaitAccepted(question);
        } catch (Failure failure) {
            if (failure.code() != FailureCode.INVALID_ARGUMENT) {
                throw failure;
            }
            terminal.err().println(failure.getMessage());
        }
    }

    /** So that the same question is not asked twice while its answer is on the way. */
    private void awaitAccepted(OpenWaits.Question question) throws InterruptedException {
        while (!isWithdrawn(question) && !interruption.requested()) {
            awaitHint();
        }
    }

    /** Whether it needs no answer any more: given elsewhere, timed out, or cancelled. */
    private boolean isWithdrawn(OpenWaits.Question question) {
        readLog();
        return ended
                || waits.questions().stream().noneMatch(open -> open.execId().equals(question.execId()));
    }
}
