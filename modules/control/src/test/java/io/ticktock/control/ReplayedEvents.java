package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.ExaminedRecord;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.LifetimeEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides events anew that a test has gathered. */
final class ReplayedEvents {

    private final Map<String, ExaminedRecord> records = new HashMap<>();

    /** Notes a record that was an input. */
    void note(Input input) {
        if (input instanceof Input.Recorded recorded) {
            note(recorded.record());
        }
    }

    void note(ExecutionReference record) {
        records.putIfAbsent(
                record.getHeaders().getExecId(),
                ExaminedRecord.newBuilder().setReference(record).build());
    }

    /** Every decision comes out the same. */
    void requireAgree(AgentGraph graph, List<LifetimeEvent> events) {
        requireAgree(graph, List.of(), events);
    }

    /** As above, of a fork that goes on from an inherited log. */
    void requireAgree(AgentGraph graph, List<LifetimeEvent> inherited, List<LifetimeEvent> events) {
        LifetimeState state =
                new LifetimeState(events.get(0).getTenantId(), events.get(0).getLifetimeId(), graph);
        inherited.forEach(state::inherit);
        for (RecordedDecision decision : RecordedDecision.of(events)) {
            DecisionReplay replay = new DecisionReplay(state, decision, records);
            assertEquals(Optional.empty(), replay.run());
            assertEquals(decision.events().size(), replay.agreed());
        }
    }
}
