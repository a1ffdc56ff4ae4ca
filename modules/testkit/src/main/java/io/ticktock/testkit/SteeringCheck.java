package io.ticktock.testkit;

import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.testkit.Evidence.Kind;
import io.ticktock.testkit.Evidence.Operation;
import io.ticktock.testkit.Evidence.Outcome;
import io.ticktock.testkit.Violation.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks what clients were told of answers, pauses, resumptions and aborts of one lifetime against its log. Each is in the log
 * as often as it was told as done, and no more often than it may have been. To pause what is paused, or to resume what
 * runs, does nothing: such an operation may be missing if that was so while it was on its way.
 */
final class SteeringCheck {

    /** What has an event of its own: an operation, by what it is found. */
    private record Name(Kind kind, String identity) {}

    private enum Status {
        RUNNING,
        PAUSED,
        ENDED
    }

    /** The status from an event on. */
    private record Since(long seq, Status status) {}

    private final Findings findings;
    private final LifetimeRows rows;
    private final Map<Name, List<Operation>> operations = new LinkedHashMap<>();
    /** The events of each, by seq. */
    private final Map<Name, List<Long>> found = new LinkedHashMap<>();

    private final List<Since> statuses = new ArrayList<>();

    SteeringCheck(Findings findings, LifetimeRows rows, List<Operation> operations) {
        this.findings = findings;
        this.rows = rows;
        operations.forEach(operation -> this.operations
                .computeIfAbsent(nameOf(operation), name -> new ArrayList<>())
                .add(operation));
        rows.log().forEach(row -> note(row.event()));
    }

    private static Name nameOf(Operation operation) {
        return new Name(operation.kind(), operation.identity());
    }

    private void note(LifetimeEvent event) {
        nameOf(event)
                .ifPresent(name ->
                        found.computeIfAbsent(name, same -> new ArrayList<>()).add(event.getSeq()));
        statusAfter(event).ifPresent(status -> statuses.add(new Since(event.getSeq(), status)));
    }

    private static Optional<Name> nameOf(LifetimeEvent event) {
        if (event.hasPaused()) {
            return Optional.of(new Name(Kind.PAUSE, event.getPaused().getReason()));
        }
        if (event.hasResumed()) {
            return Optional.of(new Name(Kind.RESUME, event.getResumed().getReason()));
        }
        if (event.hasAborted()) {
            return Optional.of(new Name(Kind.ABORT, event.getAborted().getReason()));
        }
        return event.getWoken().getResumption().hasAnswer()
                ? Optional.of(new Name(Kind.ANSWER, event.getWoken().getExecId()))
                : Optional.empty();
    }

    private static Optional<Status> statusAfter(LifetimeEvent event) {
        if (event.hasStarted() || event.hasResumed()) {
            return Optional.of(Status.RUNNING);
        }
        if (event.hasPaused()) {
            return Optional.of(Status.PAUSED);
        }
        return event.hasCompleted() || event.hasFailed() || event.hasAborted()
                ? Optional.of(Status.ENDED)
                : Optional.empty();
    }

    void check() {
        operations.forEach((name, asked) -> {
            for (Operation operation : asked) {
                findings.require(
                        operation.asked().equals(rows.key()),
                        Rule.KEYS_AGREE,
                        rows.key(),
                        () -> name + " was asked for by " + operation.asked().tenantId());
            }
            check(name, asked);
        });
    }

    private void check(Name name, List<Operation> asked) {
        int there = found.getOrDefault(name, List.of()).size();
        long done = asked.stream()
                .filter(operation -> operation.outcome() == Outcome.OK)
                .count();
        long refused = asked.stream()
                .filter(operation -> operation.outcome() == Outcome.FAILED)
                .count();
        long needless = asked.stream().filter(this::mayBeMissing).count();
        if (refused == asked.size()) {
            findings.require(
                    there == 0, Rule.REFUSED_NEVER, rows.key(), () -> name + " is in the log, and was told as refused");
            return;
        }
        findings.require(
                there <= asked.size() - refused,
                Rule.DONE_ONCE,
                rows.key(),
                () -> name + " is in the log " + there + " times, and was asked for " + (asked.size() - refused)
                        + " times");
        long left = asked.stream()
                .filter(operation -> operation.outcome() == Outcome.LEFT)
                .count();
        findings.require(
                there >= done + left - needless,
                Rule.DONE_ONCE,
                rows.key(),
                () -> name + " is in the log " + there + " times, and was told as done " + (done + left) + " times");
    }

    private boolean mayBeMissing(Operation operation) {
        return switch (operation.outcome()) {
            case OK -> isNeedless(operation);
            case LEFT -> isNeedless(operation) || isMoot(operation);
            case FAILED, UNKNOWN -> false;
        };
    }

    /** It found the lifetime as it wanted it. */
    private boolean isNeedless(Operation operation) {
        return switch (operation.kind()) {
            case PAUSE -> wasMeanwhile(Status.PAUSED, operation);
            case RESUME -> wasMeanwhile(Status.RUNNING, operation);
            case START, ANSWER, ABORT -> false;
        };
    }

    private boolean wasMeanwhile(Status status, Operation operation) {
        long from = 1;
        long to = Long.MAX_VALUE;
        for (Map.Entry<Name, List<Operation>> others : operations.entrySet()) {
            List<Long> seqs = found.getOrDefault(others.getKey(), List.of());
            // Of several that share a name it is not known which event is whose.
            if (others.getValue().size() > 1 || seqs.size() != 1) {
                continue;
            }
            Operation other = others.getValue().get(0);
            if (!other.isTimed() || !operation.isTimed()) {
                continue;
            }
            if (other.answeredAt() < operation.begun() && other.outcome() == Outcome.OK) {
                from = Math.max(from, seqs.get(0));
            } else if (other.begun() > operation.answeredAt()) {
                to = Math.min(to, seqs.get(0) - 1);
            }
        }
        return wasBetween(status, from, to);
    }

    private boolean wasBetween(Status status, long from, long to) {
        for (int i = 0; i < statuses.size(); i++) {
            long begins = statuses.get(i).seq;
            long ends = i + 1 < statuses.size() ? statuses.get(i + 1).seq - 1 : Long.MAX_VALUE;
            if (statuses.get(i).status == status && begins <= to && ends >= from) {
                return true;
            }
        }
        return false;
    }

    /** It is still to be obeyed, or there was nothing left of what it was about. */
    private boolean isMoot(Operation operation) {
        boolean hasEnded = statuses.stream().anyMatch(since -> since.status == Status.ENDED);
        // Whether it should have been obeyed by now is another rule's.
        boolean isPending = rows.waits().stream()
                .flatMap(waits -> waits.signals().stream())
                .findAny()
                .isPresent();
        boolean isClosed = operation.kind() == Kind.ANSWER
                && rows.log().stream()
                        .anyMatch(row -> row.event().getCancelled().getExecId().equals(operation.identity())
                                || row.event().getWoken().getExecId().equals(operation.identity()));
        return hasEnded || isPending || isClosed;
    }
}
