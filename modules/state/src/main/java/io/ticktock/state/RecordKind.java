package io.ticktock.state;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.TaskExecution;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.function.Function;

/** What the records of Tasks and of Plans have in common, and where they differ. */
record RecordKind<E extends Message>(
        String table,
        Class<E> type,
        Parser<E> parser,
        Function<E, ExecutionHeaders> headers,
        Function<E, PolicyTelemetry> telemetry,
        Function<E, ExecutionReference> reference,
        Function<E, Map<String, Long>> blobs) {

    static final RecordKind<TaskExecution> TASK = new RecordKind<>(
            "task_executions",
            TaskExecution.class,
            TaskExecution.parser(),
            TaskExecution::getHeaders,
            TaskExecution::getTelemetry,
            References::to,
            BlobUris::of);

    static final RecordKind<PlanExecution> PLAN = new RecordKind<>(
            "plan_executions",
            PlanExecution.class,
            PlanExecution.parser(),
            PlanExecution::getHeaders,
            PlanExecution::getTelemetry,
            References::to,
            BlobUris::of);

    E parse(Buffer envelope) {
        return Stored.parse(parser, envelope);
    }
}
