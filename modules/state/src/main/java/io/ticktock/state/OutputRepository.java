package io.ticktock.state;

import com.google.protobuf.Message;
import io.ticktock.proto.v1.GetOutputRequest;
import io.ticktock.proto.v1.GetOutputResponse;
import io.ticktock.proto.v1.OutputReference;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.TaskExecution;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Resolves the reference to a lifetime's output, as its tenant. */
final class OutputRepository {

    private final Database database;
    private final ExecutionRepository<TaskExecution> tasks;
    private final ExecutionRepository<PlanExecution> plans;

    OutputRepository(
            Database database, ExecutionRepository<TaskExecution> tasks, ExecutionRepository<PlanExecution> plans) {
        this.database = database;
        this.tasks = tasks;
        this.plans = plans;
    }

    Future<GetOutputResponse> get(GetOutputRequest request) {
        OutputReference output = request.getOutput();
        RecordKey key = new RecordKey(
                Checks.tenant(request.getTenantId()),
                Checks.lifetime(output.getLifetimeId()),
                Checks.execution(output.getExecId()));
        return database.ofTenant(key.tenantId(), query -> switch (output.getKind()) {
            case NODE_KIND_PLAN ->
                require(plans, query, key).compose(execution -> ofPlan(query, key, execution, output.getChoice()));
            case NODE_KIND_TASK, NODE_KIND_UNSPECIFIED, UNRECOGNIZED ->
                require(tasks, query, key).map(Outputs::of);
        });
    }

    private Future<GetOutputResponse> ofPlan(Query query, RecordKey key, PlanExecution execution, int choice) {
        Optional<GetOutputResponse> own = Outputs.of(execution, choice);
        if (own.isPresent()) {
            return Future.succeededFuture(own.get());
        }
        List<RecordKey> arrived = execution.getArrivedExecIdsList().stream()
                .map(execId -> new RecordKey(key.tenantId(), key.lifetimeId(), Checks.execution(execId)))
                .toList();
        return tasks.read(query, arrived).map(records -> Outputs.arrived(execution, inOrder(arrived, records)));
    }

    private static List<TaskExecution> inOrder(List<RecordKey> keys, Map<RecordKey, TaskExecution> records) {
        return keys.stream().map(records::get).filter(Objects::nonNull).toList();
    }

    private static <E extends Message> Future<E> require(
            ExecutionRepository<E> repository, Query query, RecordKey key) {
        return repository.read(query, List.of(key)).map(records -> {
            E execution = records.get(key);
            if (execution == null) {
                throw Refusal.noLifetime(key.lifetimeId());
            }
            return execution;
        });
    }
}
