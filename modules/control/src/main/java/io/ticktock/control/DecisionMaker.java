package io.ticktock.control;

import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.Verdict;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides what follows from what has happened to a lifetime, with the guardrails' verdicts on its records and their leave
 * for what it schedules. The lifetime's state is then ahead of the store: whoever asks makes the decision durable.
 */
final class DecisionMaker {

    private final ExecutionController controller;
    private final LifetimeLoader loader;

    DecisionMaker(ExecutionController controller, LifetimeLoader loader) {
        this.controller = controller;
        this.loader = loader;
    }

    /**
     * The decision on these inputs. None, with the state as it is stored, when guardrails counted records that it does
     * not accept, since a sibling ended the branch or the lifetime: what they saw would not be in the log, and nobody
     * could recompute what they said. One input alone always has a decision.
     */
    Future<Optional<Decision>> decide(Resident resident, List<Input> inputs, Instant now) {
        return Future.succeededFuture(inputs)
                .compose(offered -> judge(resident, offered, now))
                .compose(judged -> admit(resident, judged, now))
                .compose(decision -> decision.isPresent()
                        ? Future.succeededFuture(decision)
                        : reload(resident).map(decision));
    }

    /** Puts the guardrails' verdicts beside the records. */
    private Future<List<Input>> judge(Resident resident, List<Input> inputs, Instant now) {
        List<ExecutionReference> records = new ArrayList<>(inputs.size());
        for (Input input : inputs) {
            if (needsVerdict(resident, input)) {
                records.add(((Input.Recorded) input).record());
            }
        }
        return records.isEmpty()
                ? Future.succeededFuture(inputs)
                : controller.verdicts(resident.state, records, now).map(verdicts -> judged(resident, inputs, verdicts));
    }

    private static boolean needsVerdict(Resident resident, Input input) {
        return input instanceof Input.Recorded recorded
                && resident.state.openAttempt(recorded.record().getHeaders().getExecId()) != null;
    }

    private static List<Input> judged(Resident resident, List<Input> inputs, List<Verdict> verdicts) {
        Iterator<Verdict> next = verdicts.iterator();
        List<Input> judged = new ArrayList<>(inputs.size());
        for (Input input : inputs) {
            judged.add(
                    needsVerdict(resident, input)
                            ? new Input.Recorded(((Input.Recorded) input).record(), next.next())
                            : input);
        }
        return judged;
    }

    private Future<Optional<Decision>> admit(Resident resident, List<Input> inputs, Instant now) {
        List<String> judged = judgedExecIds(resident, inputs);
        Decision draft = LifetimeMachine.decide(resident.state, inputs, Map.of(), now);
        if (!isPrefix(draft.accepted(), judged)) {
            return Future.succeededFuture(Optional.empty());
        }
        return controller
                .admission(resident.state, draft.candidates(), now)
                .compose(admission -> withLeave(resident, inputs, draft, admission, now)
                        .map(decision -> decision.accepted().equals(draft.accepted())
                                ? Optional.of(decision)
                                : Optional.<Decision>empty())
                        .onSuccess(decision -> controller.tellNotNeeded(
                                resident.state.tenantId(),
                                admission.notNeeded(
                                        decision.map(Decision::charges).orElse(List.of())))));
    }

    private static List<String> judgedExecIds(Resident resident, List<Input> inputs) {
        return inputs.stream()
                .filter(input -> needsVerdict(resident, input))
                .map(input -> ((Input.Recorded) input).record().getHeaders().getExecId())
                .distinct()
                .toList();
    }

    private static boolean isPrefix(List<String> accepted, List<String> judged) {
        return accepted.size() <= judged.size() && accepted.equals(judged.subList(0, accepted.size()));
    }

    private Future<Decision> withLeave(
            Resident resident, List<Input> inputs, Decision draft, Admission admission, Instant now) {
        Map<String, Verdict> refusals = admission.refusals();
        Future<Decision> settled = refusals.isEmpty()
                ? Future.succeededFuture(draft)
                : reload(resident).map(reloaded -> LifetimeMachine.decide(resident.state, inputs, refusals, now));
        return settled.map(decision -> decision.admitted(admission, resident.state));
    }

    /** Takes back what was decided. */
    private Future<Void> reload(Resident resident) {
        return loader.load(resident.key()).map(loaded -> {
            resident.state = loaded.state();
            return null;
        });
    }
}
