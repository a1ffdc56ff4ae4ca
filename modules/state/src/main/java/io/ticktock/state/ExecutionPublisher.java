package io.ticktock.state;

import io.ticktock.bus.trace.Tracing;
import io.ticktock.proto.v1.AppendPlanExecutionRequest;
import io.ticktock.proto.v1.AppendPlanExecutionResponse;
import io.ticktock.proto.v1.AppendTaskExecutionRequest;
import io.ticktock.proto.v1.AppendTaskExecutionResponse;
import io.vertx.core.Future;

/**
 * Appends records and, once they are durable, publishes references to them. A repeated record is published again, and
 * of two different ones the first, since an earlier reference may have been lost.
 */
public final class ExecutionPublisher {

    private final StateStore store;
    private final ReferencePublisher references;
    private final AppendSpans spans;

    public ExecutionPublisher(StateStore store, ReferencePublisher references, Tracing tracing) {
        this.store = store;
        this.references = references;
        this.spans = new AppendSpans(tracing);
    }

    public Future<AppendTaskExecutionResponse> appendTask(AppendTaskExecutionRequest request) {
        return spans.told(() -> store.appendTask(request.getExecution())).map(recorded -> {
            references.publish(References.to(recorded.execution()));
            return AppendTaskExecutionResponse.newBuilder()
                    .setOutcome(recorded.outcome())
                    .build();
        });
    }

    public Future<AppendPlanExecutionResponse> appendPlan(AppendPlanExecutionRequest request) {
        return spans.told(() -> store.appendPlan(request.getExecution())).map(recorded -> {
            references.publish(References.to(recorded.execution()));
            return AppendPlanExecutionResponse.newBuilder()
                    .setOutcome(recorded.outcome())
                    .build();
        });
    }
}
