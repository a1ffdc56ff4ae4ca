package io.ticktock.guardrail.simulation;

import com.google.protobuf.Timestamp;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.Cancelled;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.Held;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Started;
import io.ticktock.proto.v1.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A log as a lifetime of the graph {@code sample} would have left it; each decision comes a second after the last. */
final class RecordedLog {

    static final GraphReference GRAPH = GraphReference.newBuilder()
            .setTenantId("tenant")
            .setName("sample")
            .setVersion("1.0.0")
            .build();

    private final List<LifetimeEvent> events = new ArrayList<>();
    private final Map<String, ExecutionReference> rejected = new HashMap<>();
    private long decision = 1;

    RecordedLog() {
        add(LifetimeEvent.newBuilder()
                .setStarted(Started.newBuilder().setGraph(GRAPH).putLabels("team", "blue")));
    }

    List<LifetimeEvent> events() {
        return events;
    }

    /** What the store has of a record whose acceptance says that it was rejected. */
    ExecutionReference rejected(String execId) {
        return rejected.get(execId);
    }

    /** What follows belongs to the next decision. */
    RecordedLog next() {
        decision = events.size() + 1L;
        return this;
    }

    RecordedLog schedules(String execId) {
        return add(LifetimeEvent.newBuilder().setScheduled(scheduled(execId)));
    }

    RecordedLog rejectsBeforehand(String execId) {
        Verdict verdict = verdict(GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION);
        return add(LifetimeEvent.newBuilder().setScheduled(scheduled(execId).setRejection(verdict)));
    }

    RecordedLog holds(String execId, GuardrailAction action) {
        Held.Builder held = Held.newBuilder().setScheduled(scheduled(execId));
        if (action != GuardrailAction.GUARDRAIL_ACTION_ALLOW) {
            held.setVerdict(verdict(action));
        }
        return add(LifetimeEvent.newBuilder().setHeld(held));
    }

    RecordedLog accepts(String execId, long tokens) {
        return accepts(execId, tokens, GuardrailAction.GUARDRAIL_ACTION_ALLOW);
    }

    /** Each token costs ten micros. */
    RecordedLog accepts(String execId, long tokens, GuardrailAction action) {
        PolicyTelemetry telemetry = PolicyTelemetry.newBuilder()
                .setTokensUsed(tokens)
                .setCostMicros(10 * tokens)
                .build();
        Accepted.Builder accepted = Accepted.newBuilder()
                .setExecId(execId)
                .setStatus(ExecutionStatus.EXECUTION_STATUS_SUCCEEDED)
                .setTelemetry(telemetry)
                .setVerdict(verdict(action));
        if (action == GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION) {
            rejected.put(
                    execId,
                    ExecutionReference.newBuilder()
                            .setHeaders(ExecutionHeaders.newBuilder()
                                    .setExecId(execId)
                                    .setNodeId("work")
                                    .setKind(NodeKind.NODE_KIND_TASK)
                                    .setStatus(ExecutionStatus.EXECUTION_STATUS_SUCCEEDED))
                            .setTelemetry(telemetry)
                            .build());
            accepted.setStatus(ExecutionStatus.EXECUTION_STATUS_FAILED)
                    .setError(ExecutionError.newBuilder().setCode("rejected_by_guardrail"));
        }
        return add(LifetimeEvent.newBuilder().setAccepted(accepted));
    }

    RecordedLog cancels(String execId) {
        return add(
                LifetimeEvent.newBuilder().setCancelled(Cancelled.newBuilder().setExecId(execId)));
    }

    private static Scheduled.Builder scheduled(String execId) {
        return Scheduled.newBuilder()
                .setExecId(execId)
                .setNodeId("work")
                .setIteration(1)
                .setAttempt(1);
    }

    private static Verdict verdict(GuardrailAction action) {
        return Verdict.newBuilder().setAction(action).build();
    }

    private RecordedLog add(LifetimeEvent.Builder event) {
        events.add(event.setTenantId("tenant")
                .setLifetimeId("lifetime")
                .setSeq(events.size() + 1L)
                .setDecision(decision)
                .setTime(Timestamp.newBuilder().setSeconds(1_000_000 + decision))
                .build());
        return this;
    }
}
