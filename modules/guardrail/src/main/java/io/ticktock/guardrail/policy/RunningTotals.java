package io.ticktock.guardrail.policy;

import io.ticktock.bus.ProtoTotals;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.Totals;
import java.util.HashSet;
import java.util.Set;

/** What a lifetime's executions add up to, with the records of one request one after the other. */
public final class RunningTotals {

    private final Set<String> counted = new HashSet<>();
    private Totals totals;

    /** @param before without any of the records */
    public RunningTotals(Totals before) {
        this.totals = before;
    }

    /** Counts this record; false when it was counted before: one that comes twice is accepted once. */
    public boolean add(ExecutionReference record) {
        boolean isNew = counted.add(record.getHeaders().getExecId());
        if (isNew) {
            totals = ProtoTotals.with(totals, record.getTelemetry());
        }
        return isNew;
    }

    public Totals totals() {
        return totals;
    }
}
