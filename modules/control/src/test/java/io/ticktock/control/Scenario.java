package io.ticktock.control;

import io.ticktock.bus.Failure;
import io.ticktock.bus.ProtoTime;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.AbortCommand;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.ChildEnded;
import io.ticktock.proto.v1.ChildRequest;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.ExecutionWaiting;
import io.ticktock.proto.v1.ForkOrigin;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.HumanRequest;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.OutputReference;
import io.ticktock.proto.v1.PauseCommand;
import io.ticktock.proto.v1.ResumeCommand;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.Started;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.WorkerReady;
import io.ticktock.proto.v1.WorkerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Plays a lifetime by hand. A step is a line: {@code NODE[@PATH] ok}, {@code NODE fail CODE [RETRY_AFTER_MS]},
 * {@code PLAN choose A B}, {@code NODE wait 10s|human|child [WAITS]}, {@code NODE answer}, {@code NODE child ok|failed}, {@code NODE refused} (no record can be
 * made), {@code NODE reject|stop|hold}
 * (what guardrails say of its record), {@code refuse NODE reject|stop|hold|none} (what they say from now on of its being
 * admitted), {@code pause [ID]}, {@code resume [ID]}, {@code abort}, {@code + 10s} (time passes).
 */
final class Scenario {

    static final String LIFETIME = "0190a0b0-0000-7000-8000-000000000001";
    static final String FORK = "0190a0b0-0000-7000-8000-0000000000f";
    static final String PARENT = "0190a0b0-0000-7000-8000-000000000002";

    final LifetimeState state;
    /** What it shares with its ancestors, the oldest first; empty but for a fork. */
    final List<LifetimeEvent> inherited = new ArrayList<>();

    final List<LifetimeEvent> events = new ArrayList<>();
    final List<Command> commands = new ArrayList<>();
    final List<Signal> outgoing = new ArrayList<>();
    final List<Failure> refused = new ArrayList<>();
    /** What is not admitted, by node. */
    final Map<String, GuardrailAction> refusing = new HashMap<>();

    private final ReplayedEvents replayed = new ReplayedEvents();

    private int signals;

    Instant now = Instant.parse("2026-01-01T00:00:00Z");

    Scenario(AgentGraph graph, boolean asChild) {
        this(graph, asChild, "acme");
    }

    Scenario(AgentGraph graph, boolean asChild, String tenantId) {
        state = new LifetimeState(tenantId, LIFETIME, graph);
        Started.Builder started = Started.newBuilder().setGraph(GraphCatalog.referenceOf(graph));
        graph.metadata().deadline().ifPresent(limit -> started.setDeadline(ProtoTime.timestamp(now.plus(limit))));
        if (asChild) {
            started.setParentLifetimeId(PARENT).setParentExecId("parent-exec");
        }
        note(LifetimeMachine.start(state, started.build(), Map.of(), now));
    }

    /** A fork of the parent at the execution that was accepted last of this node; goes on with this graph. */
    private Scenario(Scenario parent, String nodeAtPath, AgentGraph graph) {
        LifetimeEvent at = parent.lastAccepted(nodeAtPath);
        state = new LifetimeState("acme", FORK + parent.depth(), graph);
        now = parent.now;
        inherited.addAll(parent.inherited);
        parent.events.stream().filter(event -> event.getSeq() <= at.getSeq()).forEach(inherited::add);
        inherited.forEach(state::inherit);
        ForkFit.require(state, parent.state.graph());
        Started started = Started.newBuilder()
                .setGraph(GraphCatalog.referenceOf(graph))
                .setFork(ForkOrigin.newBuilder()
                        .setLifetimeId(at.getLifetimeId())
                        .setExecId(at.getAccepted().getExecId())
                        .setSeq(at.getSeq()))
                .build();
        note(LifetimeMachine.fork(state, started, Map.of(), now));
    }

    Scenario fork(String nodeAtPath) {
        return fork(nodeAtPath, state.graph());
    }

    Scenario fork(String nodeAtPath, AgentGraph graph) {
        return new Scenario(this, nodeAtPath, graph);
    }

    private int depth() {
        return (int) inherited.stream().filter(LifetimeEvent::hasStarted).count();
    }

    private LifetimeEvent lastAccepted(String nodeAtPath) {
        String[] parts = nodeAtPath.split("@");
        Set<String> execIds = events.stream()
                .map(LifetimeEvent::getScheduled)
                .filter(scheduled -> scheduled.getNodeId().equals(parts[0]))
                .filter(scheduled ->
                        parts.length == 1 || scheduled.getTokenPath().equals(parts[1]))
                .map(Scheduled::getExecId)
                .collect(Collectors.toSet());
        return events.stream()
                .filter(event -> event.hasAccepted()
                        && execIds.contains(event.getAccepted().getExecId()))
                .reduce((earlier, later) -> later)
                .orElseThrow(() -> new IllegalArgumentException("nothing accepted of " + nodeAtPath));
    }

    Scenario play(String... steps) {
        for (String step : steps) {
            if (step.startsWith("refuse ")) {
                refuse(step.split(" "));
            } else {
                Input input = input(step);
                replayed.note(input);
                note(LifetimeMachine.decide(state, List.of(input), refusals(input), now));
            }
        }
        return this;
    }

    private void refuse(String[] words) {
        switch (words[2]) {
            case "reject" -> refusing.put(words[1], GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION);
            case "stop" -> refusing.put(words[1], GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME);
            case "hold" -> refusing.put(words[1], GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME);
            case "none" -> refusing.remove(words[1]);
            default -> throw new IllegalArgumentException(String.join(" ", words));
        }
    }

    /** As the control plane does: decides on a copy of the state, and asks leave for what that schedules. */
    private Map<String, Verdict> refusals(Input input) {
        Map<String, Verdict> refusals = new HashMap<>();
        if (!refusing.isEmpty()) {
            for (Scheduled candidate : LifetimeMachine.decide(folded(), List.of(input), Map.of(), now)
                    .candidates()) {
                GuardrailAction action = refusing.get(candidate.getNodeId());
                if (action != null) {
                    refusals.put(candidate.getExecId(), verdict(action));
                }
            }
        }
        return refusals;
    }

    private static Verdict verdict(GuardrailAction action) {
        return Verdict.newBuilder().setAction(action).setReason("policy").build();
    }

    Decision decide(Input input) {
        replayed.note(input);
        return note(LifetimeMachine.decide(state, List.of(input), Map.of(), now));
    }

    private Decision note(Decision decision) {
        events.addAll(decision.events());
        commands.addAll(decision.commands());
        outgoing.addAll(decision.outgoing());
        refused.addAll(decision.refusedSignals().values());
        replayed.requireAgree(state.graph(), inherited, events);
        return decision;
    }

    private Input input(String step) {
        String[] words = step.split(" ");
        return switch (words[0]) {
            case "pause" ->
                signal(
                        words,
                        Signal.newBuilder().setPause(PauseCommand.newBuilder().setReason("asked")));
            case "resume" -> signal(words, Signal.newBuilder().setResume(ResumeCommand.getDefaultInstance()));
            case "abort" ->
                signal(
                        words,
                        Signal.newBuilder().setAbort(AbortCommand.newBuilder().setReason("asked")));
            case "+" -> {
                now = now.plus(Duration.parse("PT" + words[1]));
                yield new Input.Ticked();
            }
            default -> nodeInput(open(words[0]), words);
        };
    }

    private Input nodeInput(Attempt attempt, String[] words) {
        List<String> rest = Arrays.asList(words).subList(2, words.length);
        return switch (words[1]) {
            case "ok" -> recorded(attempt, reference(attempt, true).build(), GuardrailAction.GUARDRAIL_ACTION_ALLOW);
            case "choose" ->
                recorded(
                        attempt,
                        reference(attempt, true).addAllNextTaskIds(rest).build(),
                        GuardrailAction.GUARDRAIL_ACTION_ALLOW);
            case "fail" ->
                recorded(
                        attempt,
                        reference(attempt, false).setError(error(rest)).build(),
                        GuardrailAction.GUARDRAIL_ACTION_ALLOW);
            case "refused" -> new Input.RecordRefused(attempt.execId(), "it has no place");
            case "reject" ->
                recorded(attempt, reference(attempt, true).build(), GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION);
            case "stop" ->
                recorded(attempt, reference(attempt, true).build(), GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME);
            case "hold" ->
                recorded(attempt, reference(attempt, true).build(), GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME);
            case "wait" -> new Input.WaitReported(waiting(attempt, rest));
            case "answer" ->
                signal(Signal.newBuilder().setAnswer(Answer.newBuilder().setExecId(attempt.execId())));
            case "ready" ->
                signal(Signal.newBuilder()
                        .setWorkerReady(WorkerReady.newBuilder().setExecId(attempt.execId())));
            case "child" -> child(attempt, rest.get(0));
            default -> throw new IllegalArgumentException(String.join(" ", words));
        };
    }

    private Input child(Attempt attempt, String how) {
        String childId = attempt.expectedChildId();
        return switch (how) {
            case "started" -> new Input.ChildStarted(attempt.execId(), childId);
            case "refused" -> new Input.ChildRefused(attempt.execId(), childId, "no such graph");
            default ->
                signal(Signal.newBuilder()
                        .setChildEnded(ChildEnded.newBuilder()
                                .setParentExecId(attempt.execId())
                                .setChildLifetimeId(childId)
                                .setCompleted(how.equals("ok"))
                                .setOutput(OutputReference.newBuilder().setLifetimeId(childId))));
        };
    }

    static Input recorded(Attempt attempt, ExecutionReference record, GuardrailAction action) {
        return new Input.Recorded(record, verdict(action));
    }

    static ExecutionReference.Builder reference(Attempt attempt, boolean succeeded) {
        return ExecutionReference.newBuilder()
                .setHeaders(ExecutionHeaders.newBuilder()
                        .setExecId(attempt.execId())
                        .setStatus(
                                succeeded
                                        ? ExecutionStatus.EXECUTION_STATUS_SUCCEEDED
                                        : ExecutionStatus.EXECUTION_STATUS_FAILED));
    }

    static ExecutionError error(List<String> codeAndPause) {
        return ExecutionError.newBuilder()
                .setCode(codeAndPause.get(0))
                .setMessage("it broke")
                .setRetryable(!codeAndPause.get(0).startsWith("final"))
                .setRetryAfterMs(codeAndPause.size() > 1 ? Long.parseLong(codeAndPause.get(1)) : 0)
                .build();
    }

    private static ExecutionWaiting waiting(Attempt attempt, List<String> forWhatAndWaits) {
        String forWhat = forWhatAndWaits.get(0);
        ExecutionWaiting.Builder waiting = ExecutionWaiting.newBuilder()
                .setWaits(forWhatAndWaits.size() > 1 ? Integer.parseInt(forWhatAndWaits.get(1)) : 0)
                .setHeaders(ExecutionHeaders.newBuilder().setExecId(attempt.execId()));
        return switch (forWhat) {
            case "human" -> waiting.setHuman(HumanRequest.getDefaultInstance()).build();
            case "child" -> waiting.setChild(ChildRequest.getDefaultInstance()).build();
            case "worker" ->
                waiting.setWorker(WorkerRequest.getDefaultInstance()).build();
            default ->
                waiting.setUntil(ProtoTime.timestamp(attempt.scheduledAt.plus(Duration.parse("PT" + forWhat))))
                        .build();
        };
    }

    /** The same word behind two of them makes them the same signal. */
    private Input signal(String[] words, Signal.Builder signal) {
        return signal(signal.setSignalId(words.length > 1 ? words[1] : "signal-" + ++signals));
    }

    private static Input signal(Signal.Builder signal) {
        return new Input.Signalled(signal.build());
    }

    Attempt open(String nodeAtPath) {
        String[] parts = nodeAtPath.split("@");
        return state.openAttempts().stream()
                .filter(attempt -> attempt.scheduled.getNodeId().equals(parts[0]))
                .filter(attempt ->
                        parts.length == 1 || attempt.scheduled.getTokenPath().equals(parts[1]))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no open attempt " + nodeAtPath + " in " + state));
    }

    /** Status, reason's code, then what is open: {@code RUNNING a#1.1 b#1.2@/p#1:0}. */
    String summary() {
        String status = state.status().name().replace("LIFETIME_STATUS_", "");
        String reason = state.head().getReason().replaceAll(":.*", "");
        String open = state.openAttempts().stream()
                .map(attempt -> attempt.scheduled.getNodeId() + "#" + attempt.scheduled.getIteration() + "."
                        + attempt.scheduled.getAttempt()
                        + (attempt.scheduled.getTokenPath().isEmpty() ? "" : "@" + attempt.scheduled.getTokenPath())
                        + (attempt.scheduled.getArrivedExecIdsCount() > 1
                                ? "*" + attempt.scheduled.getArrivedExecIdsCount()
                                : "")
                        + (attempt.isWaiting() ? "?" : "")
                        + (attempt.resumption == null ? "" : "!" + attempt.resumption.getCauseCase()))
                .collect(Collectors.joining(" "));
        return (status + " " + reason + " " + open).trim().replaceAll(" +", " ");
    }

    /** The same events folded anew. */
    LifetimeState folded() {
        LifetimeState again = new LifetimeState(state.tenantId(), state.lifetimeId(), state.graph());
        inherited.forEach(again::inherit);
        events.forEach(again::apply);
        return again;
    }
}
