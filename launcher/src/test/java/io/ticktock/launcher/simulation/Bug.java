package io.ticktock.launcher.simulation;

import com.google.protobuf.Message;
import io.ticktock.proto.v1.AppendDecisionRequest;
import io.ticktock.proto.v1.AppendDecisionResponse;
import io.ticktock.proto.v1.AppendOutcome;
import io.ticktock.proto.v1.FindExecutionsResponse;
import io.ticktock.proto.v1.GrantBudgetRequest;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Paused;
import io.ticktock.proto.v1.SendSignalResponse;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.sdk.Attempt;
import io.ticktock.state.Recorded;
import io.ticktock.testkit.History;
import io.ticktock.testkit.Violation.Rule;
import io.ticktock.testkit.simulation.Simulation;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/** What a simulated system may do wrong on purpose, so that it can be seen whether anybody notices. */
enum Bug {
    NONE(Optional.empty()),
    /** A record is acknowledged and lost. */
    ACKNOWLEDGE_BEFORE_COMMIT(Rule.FIRST_RECORD_WINS),
    /** What was decided is carried out, and durable only some time later. */
    DISPATCH_BEFORE_DECISION(Rule.ADMITTED_FIRST),
    /** What is accepted is accepted once more. */
    ACCEPT_TWICE(Rule.ACCEPTED_ONCE),
    /** What waits is not noted to be woken. */
    LOSE_TIMER(Rule.WAKES),
    /** Another record takes the place of the first. */
    SECOND_RECORD_WINS(Rule.FIRST_RECORD_WINS),
    /** There are two records of one attempt. */
    RECORD_TWICE(Rule.RECORDED_ONCE),
    /** An event is missing in the log. */
    DROP_EVENT(Rule.GAPLESS),
    /** An event is in the log twice. */
    DUPLICATE_EVENT(Rule.GAPLESS),
    /** A former owner's decision is written after the next one's. */
    SKIP_EPOCH_CHECK(Rule.EPOCHS_RISE),
    /** A record is kept as another tenant's. */
    SWAP_TENANT(Rule.KEYS_AGREE),
    /** Nobody hears of a record, or finds it. */
    FORGET_REFERENCE(Rule.ENDS),
    /** A handler runs for what nobody has scheduled. */
    RUN_WITHOUT_ADMISSION(Rule.ADMITTED_FIRST),
    /** All attempts have the same key for what they do outside. */
    ONE_IDEMPOTENCY_KEY(Rule.EFFECTS_NAMED),
    /** A success is recorded of what was not done. */
    SUCCEED_WITHOUT_EFFECT(Rule.SUCCESS_HAS_EFFECT),
    /** The head row stays behind. */
    FORGET_HEAD(Rule.HEAD_IS_FOLD),
    /** Something happens after the end. */
    GO_ON_AFTER_END(Rule.END_IS_LAST),
    /** A signal is acknowledged and lost. */
    LOSE_SIGNAL(Rule.DONE_ONCE),
    /** More is granted of a budget than there is. */
    OVERSPEND(Rule.WITHIN_BUDGET);

    private static final Duration LATE = Duration.ofSeconds(3);

    private final Optional<Rule> breaks;

    Bug(Rule breaks) {
        this(Optional.of(breaks));
    }

    Bug(Optional<Rule> breaks) {
        this.breaks = breaks;
    }

    /** The rule that it breaks. */
    Rule breaks() {
        return breaks.orElseThrow();
    }

    private static boolean chance(Simulation simulation, int cases) {
        return simulation.random().nextInt(cases) == 0;
    }

    /** Stands before the store of this simulation. */
    StoreSeam seam(Simulation simulation) {
        return (method, request, store) -> ask(simulation, method, request, store);
    }

    private Future<?> ask(Simulation simulation, String method, Message request, Function<Message, Future<?>> store) {
        if (request instanceof AppendDecisionRequest append) {
            return decide(simulation, append, store);
        }
        if (request instanceof TaskExecution task && this == ACKNOWLEDGE_BEFORE_COMMIT && chance(simulation, 10)) {
            return Future.succeededFuture(new Recorded<>(task, AppendOutcome.APPEND_OUTCOME_RECORDED));
        }
        if (request instanceof TaskExecution task && this == SWAP_TENANT && chance(simulation, 10)) {
            TaskExecution.Builder swapped = task.toBuilder();
            swapped.getHeadersBuilder().setTenantId("other");
            return store.apply(swapped.build());
        }
        if (method.equals("findExecutions") && this == FORGET_REFERENCE) {
            return Future.succeededFuture(FindExecutionsResponse.getDefaultInstance());
        }
        if (method.equals("sendSignal") && this == LOSE_SIGNAL) {
            return Future.succeededFuture(SendSignalResponse.getDefaultInstance());
        }
        if (request instanceof GrantBudgetRequest grant && this == OVERSPEND) {
            return store.apply(
                    grant.toBuilder().setLimit(grant.getLimit() * 100).build());
        }
        return store.apply(request);
    }

    private Future<?> decide(Simulation simulation, AppendDecisionRequest append, Function<Message, Future<?>> store) {
        if (this == DISPATCH_BEFORE_DECISION && chance(simulation, 5)) {
            simulation.after(LATE.toNanos(), () -> commit(simulation, append, store));
            return Future.succeededFuture(AppendDecisionResponse.getDefaultInstance());
        }
        LifetimeDecision changed = changed(simulation, append.getDecision());
        return store.apply(append.toBuilder().setDecision(changed).build());
    }

    private static void commit(
            Simulation simulation, AppendDecisionRequest append, Function<Message, Future<?>> store) {
        store.apply(append)
                .onComplete(done ->
                        simulation.note("bug", "is late", append.getDecision().getLifetimeId(), 0));
    }

    private LifetimeDecision changed(Simulation simulation, LifetimeDecision decision) {
        if (decision.getEventsCount() == 0) {
            return decision;
        }
        LifetimeEvent last = decision.getEvents(decision.getEventsCount() - 1);
        LifetimeEvent.Builder next = last.toBuilder().setSeq(last.getSeq() + 1);
        if (this == ACCEPT_TWICE && last.hasAccepted()) {
            return decision.toBuilder().addEvents(next).build();
        }
        Optional<LifetimeEvent> accepted = decision.getEventsList().stream()
                .filter(LifetimeEvent::hasAccepted)
                .findFirst();
        if (this == ACCEPT_TWICE && accepted.isPresent() && chance(simulation, 5)) {
            return decision.toBuilder()
                    .addEvents(next.setAccepted(accepted.get().getAccepted()))
                    .build();
        }
        if (this == GO_ON_AFTER_END && (last.hasCompleted() || last.hasAborted() || last.hasFailed())) {
            return decision.toBuilder()
                    .addEvents(next.setPaused(Paused.newBuilder().setReason("why not")))
                    .build();
        }
        if (this == DROP_EVENT && decision.getEventsCount() > 1 && chance(simulation, 10)) {
            return decision.toBuilder()
                    .removeEvents(decision.getEventsCount() - 2)
                    .build();
        }
        if (this == LOSE_TIMER) {
            return decision.toBuilder().clearWakeAt().build();
        }
        return this == FORGET_HEAD && chance(simulation, 4)
                ? decision.toBuilder().clearHead().build()
                : decision;
    }

    /** Whether a message to this address is never sent. */
    boolean drops(String address) {
        return this == FORGET_REFERENCE && address.startsWith("control.recorded.");
    }

    /** Under which id a run of the attempt is noted. */
    String execIdOf(Attempt attempt) {
        return this == RUN_WITHOUT_ADMISSION
                ? UUID.nameUUIDFromBytes(attempt.executionId().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .toString()
                : attempt.executionId();
    }

    String idempotencyKeyOf(Attempt attempt) {
        return this == ONE_IDEMPOTENCY_KEY ? "key" : attempt.idempotencyKey();
    }

    /** Whether a handler does what it says. */
    boolean doesIt() {
        return this != SUCCEED_WITHOUT_EFFECT;
    }

    /** The rows, as a store that has the bug would have them. */
    History spoiled(History history) {
        List<History.Event> events = new ArrayList<>(history.events());
        List<History.Execution> executions = new ArrayList<>(history.executions());
        if (this == DUPLICATE_EVENT) {
            events.add(events.get(events.size() / 2));
        }
        if (this == RECORD_TWICE) {
            executions.add(executions.get(executions.size() / 2));
        }
        if (this == SECOND_RECORD_WINS) {
            History.Execution first = executions.get(0);
            executions.set(
                    0,
                    new History.Execution(
                            first.key(),
                            first.execId(),
                            first.headers().toBuilder().setExecutorId("another").build(),
                            first.telemetry(),
                            first.digest().concat(first.digest()),
                            first.arrived(),
                            first.blobs()));
        }
        if (this == SKIP_EPOCH_CHECK) {
            History.Event late = events.get(events.size() - 1);
            events.set(
                    events.size() - 1,
                    new History.Event(late.key(), late.seq(), late.epoch() - 1, late.event(), late.durableAt()));
        }
        return new History(history.lifetimes(), events, executions, history.waits());
    }

    /** All but none. */
    static Set<Bug> all() {
        return java.util.EnumSet.complementOf(java.util.EnumSet.of(NONE));
    }
}
